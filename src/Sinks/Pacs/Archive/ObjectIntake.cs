using System.Globalization;
using System.Security.Cryptography;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>Takes an object from the spool into its file in one pass: what was promised of it is seen again before it counts as stored.</summary>
internal static class ObjectIntake
{
    private const int CopyLength = 128 << 10;

    /// <summary>Copies an object and finishes its file.</summary>
    /// <exception cref="PacsException">It is no DICOM, its digest is not the one that was told, or the disk refuses.</exception>
    public static async ValueTask<StagedObject> CopyAsync(FetchedObject fetched, ObjectWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = fetched.Content.OpenRead();
            await using var copying = new CopyingStream(content, writer);
            var seen = fetched.Object.Kind == StudyObjectKind.Instance
                ? await ReadInstanceAsync(fetched, copying, cancellationToken)
                : await ReadDocumentAsync(fetched, copying, cancellationToken);
            if (seen.Digest != fetched.Digest)
            {
                throw new PacsException("An object is not what was fetched: its digest has changed on the way into the archive. Look at the spool's disk.")
                {
                    Failure = PacsFailure.Refused,
                };
            }

            await writer.FinishAsync(cancellationToken);
            return seen with { File = writer.Name, PlainBytes = writer.PlainBytes, StoredBytes = writer.StoredBytes };
        }
        catch (DicomException e)
        {
            throw new PacsException($"An object cannot be stored as an instance. {e.Message}", e) { Failure = PacsFailure.Refused };
        }
        catch (IOException e)
        {
            throw ObjectStore.DiskFailure(e);
        }
    }

    private static async ValueTask<StagedObject> ReadInstanceAsync(FetchedObject fetched, CopyingStream copying, CancellationToken cancellationToken)
    {
        var file = await DicomFile.ReadAsync(copying, cancellationToken: cancellationToken);
        await DrainAsync(copying, cancellationToken); // a deflated data set may be padded
        return Blank(fetched) with
        {
            TargetId = file.DataSet.Text(Tags.SopInstanceUid)
                ?? throw new PacsException("An object has no SOP Instance UID.") { Failure = PacsFailure.Refused },
            Digest = file.ObjectDigest,
            SopClass = file.DataSet.Text(Tags.SopClassUid) ?? fetched.Object.SopClassUid,
            Syntax = file.Syntax.Uid,
            Modality = file.DataSet.Text(Tags.Modality),
            InstanceNumber = fetched.Object.InstanceNumber ?? Number(file.DataSet),
        };
    }

    private static async ValueTask<StagedObject> ReadDocumentAsync(FetchedObject fetched, CopyingStream copying, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = await DrainAsync(copying, cancellationToken, hash);
        return Blank(fetched) with { Digest = ObjectDigest.Of(hash.GetHashAndReset(), bytes) };
    }

    private static StagedObject Blank(FetchedObject fetched) => new()
    {
        ObjectId = fetched.Object.Id,
        TargetId = fetched.Object.Id,
        Kind = fetched.Object.Kind,
        Digest = fetched.Digest,
        SeriesUid = fetched.Object.SeriesInstanceUid,
        MediaType = fetched.Object.MediaType,
        File = "",
        PlainBytes = 0,
        StoredBytes = 0,
    };

    private static int? Number(DicomDataSet dataSet) =>
        int.TryParse(dataSet.Text(Tags.InstanceNumber), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static async ValueTask<long> DrainAsync(Stream from, CancellationToken cancellationToken, IncrementalHash? hash = null)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(CopyLength);
        try
        {
            var total = 0L;
            while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                hash?.AppendData(buffer.AsSpan(0, read));
                total += read;
            }

            return total;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
