using System.Buffers;
using System.Security.Cryptography;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>Reads objects back: decrypts, inflates and hashes. Safe for concurrent use.</summary>
internal sealed class ObjectReader(ObjectStore store)
{
    private const int CopyLength = 128 << 10;

    /// <summary>Reads an object to its end.</summary>
    /// <param name="shown">Which.</param>
    /// <param name="to">Where its bytes go; null: nowhere.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What was read; damage is told, not thrown.</returns>
    /// <exception cref="PacsException">Its key is missing, or the disk refuses.</exception>
    public async ValueTask<ReadBack> ReadAsync(ShownObject shown, Stream? to, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Metered? metered = null;
        try
        {
            await using var opened = await store.OpenReadAsync(shown.File, Convert.FromHexString(shown.Digest.Sha256), cancellationToken);
            metered = new Metered(opened, whole, to);
            var digest = shown.Object.Kind == StudyObjectKind.Instance ? await DigestInstanceAsync(metered, cancellationToken) : default(ObjectDigest?);
            await DrainAsync(metered, cancellationToken);
            var sha256 = whole.GetHashAndReset();
            var seen = digest ?? ObjectDigest.Of(sha256, metered.Taken);
            if (seen != shown.Digest)
                return new ReadBack(seen, Tell(shown, "its content is not what was stored"));
            return store.IsNameOf(shown.File, sha256)
                ? new ReadBack(seen, null)
                : new ReadBack(ObjectDigest.Of(sha256, metered.Taken), Tell(shown, "its meta information is not what was stored"));
        }
        catch (Exception e) when (e is ArchiveDamageException or InvalidDataException or DicomException || (e is InvalidOperationException && metered is not null))
        {
            // BrotliStream says InvalidOperationException of bytes that are no Brotli.
            var what = e switch
            {
                ArchiveDamageException damage => damage.Message,
                DicomException dicom => $"it is no DICOM any more: {dicom.Fault}",
                _ => $"it cannot be inflated behind byte {metered?.Taken} of the original",
            };
            return new ReadBack(ObjectDigest.Of(whole.GetHashAndReset(), metered?.Taken ?? 0), Tell(shown, what));
        }
        catch (IOException e)
        {
            throw ObjectStore.DiskFailure(e);
        }
    }

    private string Tell(ShownObject shown, string what) => $"{store.PathOf(shown.File)}: {what}";

    private static async ValueTask<ObjectDigest?> DigestInstanceAsync(Metered from, CancellationToken cancellationToken)
    {
        var file = await DicomFile.ReadAsync(from, cancellationToken: cancellationToken);
        return file.ObjectDigest;
    }

    private static async ValueTask DrainAsync(Metered from, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyLength);
        try
        {
            while (await from.ReadAsync(buffer, cancellationToken) > 0)
            {
                // What is read is hashed and handed on there.
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Hashes, counts and hands on what is read from it.</summary>
    private sealed class Metered(Stream from, IncrementalHash hash, Stream? to) : ReadOnlyStream
    {
        public long Taken { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await from.ReadAsync(buffer, cancellationToken);
            hash.AppendData(buffer.Span[..read]);
            Taken += read;
            if (to is not null)
                await to.WriteAsync(buffer[..read], cancellationToken);
            return read;
        }

        public override int Read(Span<byte> buffer)
        {
            var read = from.Read(buffer);
            hash.AppendData(buffer[..read]);
            Taken += read;
            to?.Write(buffer[..read]);
            return read;
        }
    }
}

/// <summary>What reading an object showed.</summary>
/// <param name="Digest">Of what could be read.</param>
/// <param name="Damage">What is wrong and where; null: nothing, and the digest is the stored one.</param>
internal sealed record ReadBack(ObjectDigest Digest, string? Damage);
