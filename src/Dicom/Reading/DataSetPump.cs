using System.Buffers;
using System.Security.Cryptography;

namespace MedStreams.Dicom.Reading;

/// <summary>Drives a data set through a decoder, in portions and bounded memory, and counts its digest on the way.</summary>
internal static class DataSetPump
{
    /// <summary>How many bytes are looked at in one portion.</summary>
    public const int BufferLength = 128 << 10;

    /// <summary>Reads a data set to its end.</summary>
    /// <param name="input">Its bytes; of a deflated one, after inflation.</param>
    /// <param name="decoder">Takes it apart.</param>
    /// <param name="start">The place of the first byte, for messages.</param>
    /// <param name="copyTo">Where the bytes are written as well, while they are taken apart; null: nowhere.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The SHA-256 of the bytes.</returns>
    /// <exception cref="DicomException">It is none, or ends too early.</exception>
    public static async Task<ReadOnlyMemory<byte>> RunAsync(
        Stream input, DicomDecoder decoder, long start, Stream? copyTo, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var held = 0;
            while (true)
            {
                var read = await input.ReadAsync(buffer.AsMemory(held), cancellationToken);
                var writing = read > 0 && copyTo is not null ? copyTo.WriteAsync(buffer.AsMemory(held, read), cancellationToken) : ValueTask.CompletedTask;
                int taken;
                try
                {
                    hash.AppendData(buffer.AsSpan(held, read));
                    held += read;
                    taken = decoder.Decode(buffer.AsSpan(0, held), isLast: read == 0);
                }
                finally
                {
                    await writing; // before the buffer is used for anything else
                }

                if (decoder.Fault.Error != DicomError.None)
                    throw new DicomException(decoder.Fault with { Position = decoder.Fault.Position + start });
                if (read == 0)
                    return hash.GetHashAndReset();
                held -= taken;
                buffer.AsSpan(taken, held).CopyTo(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // they are somebody's health
        }
    }
}
