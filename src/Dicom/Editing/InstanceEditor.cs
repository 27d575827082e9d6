using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Reading;
using MedStreams.Dicom.Writing;

namespace MedStreams.Dicom.Editing;

/// <summary>
/// Applies rules to instances in the spool. What stands in front of the pixel data is taken apart and written anew; what is behind the last attribute that can change passes
/// through as it is. Memory is that of the attributes. Safe for concurrent use.
/// </summary>
/// <param name="rules">What is changed.</param>
/// <param name="spool">Where changed instances rest.</param>
public sealed class InstanceEditor(TagRules rules, Spool spool)
{
    private const int BufferLength = 128 << 10;

    private readonly AttributeEditor _editor = new(rules);

    /// <summary>How many bytes the attributes in front may have; more is no object of an archive. Default 256 MiB.</summary>
    public long HeadBytes { get; init; } = 256L << 20;

    /// <summary>Changes an instance.</summary>
    /// <param name="original">The instance; stays as it is.</param>
    /// <param name="cancellationToken">Ends it; nothing remains.</param>
    /// <returns>Another object, the caller's to dispose, with the digest of the changed data set; null where no rule changes anything.</returns>
    /// <exception cref="TagRuleException">A rule cannot be applied to this one.</exception>
    /// <exception cref="DicomException">It cannot be taken apart, or its attributes are larger than allowed.</exception>
    public async Task<FetchedObject?> ApplyAsync(FetchedObject original, CancellationToken cancellationToken)
    {
        await using var file = original.Content.OpenRead();
        await using var input = new PeekableStream(file);
        await input.FillAsync(BufferLength, cancellationToken);
        var beginning = input.Peeked;
        var (_, syntax) = DicomFile.ReadStart(input);
        var header = beginning[..^input.Peeked.Length];
        if (!syntax.IsDeflated)
            return await ApplyAsync(original, header, input, syntax, cancellationToken);
        await using var inflated = new DeflateStream(input, CompressionMode.Decompress);
        return await ApplyAsync(original, header, inflated, syntax, cancellationToken);
    }

    private async Task<FetchedObject?> ApplyAsync(
        FetchedObject original, ReadOnlyMemory<byte> header, Stream body, TransferSyntax syntax, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        SpooledContent? content = null;
        try
        {
            var (head, held) = await ReadHeadAsync(body, syntax, buffer, cancellationToken);
            if (!_editor.Apply(head))
                return null;
            content = await spool.CreateAsync(cancellationToken);
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long length;
            await using (var to = content.OpenWrite())
            {
                await to.WriteAsync(header, cancellationToken);
                length = await WriteAsync(head, syntax, buffer, held, body, to, digest, cancellationToken);
            }

            return original with { Content = content, Digest = ObjectDigest.Of(digest.GetHashAndReset(), length), Syntax = syntax };
        }
        catch
        {
            if (content is not null)
                await content.DisposeAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // they are somebody's health
        }
    }

    /// <summary>The attributes up to where nothing changes any more, and how many bytes behind them are in the buffer already.</summary>
    private async Task<(DicomDataSet Head, int Held)> ReadHeadAsync(Stream body, TransferSyntax syntax, byte[] buffer, CancellationToken cancellationToken)
    {
        var builder = new DataSetBuilder(syntax, keepsLong: true);
        var decoder = new DicomDecoder(syntax, builder) { StopBefore = rules.End };
        var held = 0;
        while (true)
        {
            var read = await body.ReadAsync(buffer.AsMemory(held), cancellationToken);
            held += read;
            var taken = decoder.Decode(buffer.AsSpan(0, held), isLast: read == 0);
            if (decoder.Fault.Error != DicomError.None)
                throw new DicomException(decoder.Fault);
            if (decoder.Position > HeadBytes)
                throw new DicomException($"The attributes in front of the pixel data have more than {HeadBytes} bytes.");
            held -= taken;
            buffer.AsSpan(taken, held).CopyTo(buffer);
            if (decoder.HasStopped || read == 0)
                return (builder.DataSet, held);
        }
    }

    /// <summary>Writes the data set: the new head, what is in the buffer, the rest; deflated where it was. Answers its length, inflated.</summary>
    private static async Task<long> WriteAsync(
        DicomDataSet head, TransferSyntax syntax, byte[] buffer, int held, Stream rest, Stream file, IncrementalHash digest, CancellationToken cancellationToken)
    {
        using var deflated = syntax.IsDeflated ? new MemoryStream() : null; // one deflated data set is a document or a plan, no film
        var length = 0L;
        await using (var to = deflated is null ? file : new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
        {
            var bytes = DicomEncoder.ToBytes(head, syntax);
            while (bytes.Length > 0)
            {
                digest.AppendData(bytes.Span);
                await to.WriteAsync(bytes, cancellationToken);
                length += bytes.Length;
                bytes = held > 0 ? buffer.AsMemory(0, held) : buffer.AsMemory(0, await rest.ReadAsync(buffer, cancellationToken));
                held = 0;
            }
        }

        if (deflated is not null)
        {
            if (deflated.Length % 2 == 1)
                deflated.WriteByte(0); // PS3.5 section A.5
            await file.WriteAsync(deflated.GetBuffer().AsMemory(0, (int)deflated.Length), cancellationToken);
        }

        return length;
    }
}
