using System.Buffers;
using System.Security.Cryptography;
using MedStreams.Dicom.Reading;

namespace MedStreams.Dicom.Pacs;

/// <summary>Receives what is no DICOM: a report, a picture, a scan.</summary>
public static class SpooledDocument
{
    /// <summary>Receives a document into the spool, and counts its digest on the way. Memory stays flat whatever its size.</summary>
    /// <param name="wanted">What was asked for.</param>
    /// <param name="document">Its bytes, read to their end; stays open.</param>
    /// <param name="spool">Where it rests; the call waits until there is room.</param>
    /// <param name="cancellationToken">Ends the receiving; nothing remains.</param>
    /// <exception cref="IOException">It cannot be read or kept; nothing remains.</exception>
    public static async Task<FetchedObject> ReceiveAsync(StudyObject wanted, Stream document, Spool spool, CancellationToken cancellationToken)
    {
        var content = await spool.CreateAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(DataSetPump.BufferLength);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (var to = content.OpenWrite())
            {
                int read;
                while ((read = await document.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    hash.AppendData(buffer.AsSpan(0, read));
                    await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            return new FetchedObject(wanted, content, ObjectDigest.Of(hash.GetHashAndReset(), content.Length));
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
