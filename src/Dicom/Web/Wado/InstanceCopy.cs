using System.Buffers;

namespace MedStreams.Dicom.Web;

/// <summary>Takes an instance from a stream into another one, and reads it on the way: once, in bounded memory.</summary>
public static class InstanceCopy
{
    /// <summary>Copies a DICOM file (PS3.10) byte for byte.</summary>
    /// <param name="from">The file; read to its end.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it is: its data set without long values, its digest and length.</returns>
    /// <exception cref="DicomException">It is no DICOM, or ends too early.</exception>
    /// <exception cref="DicomWebException">The stream is one of this library and broke.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static async Task<DicomFile> RunAsync(Stream from, Stream to, CancellationToken cancellationToken = default)
    {
        await using var tee = new TeeStream(from, to);
        var file = await DicomFile.ReadAsync(tee, cancellationToken: cancellationToken);
        var rest = ArrayPool<byte>.Shared.Rent(16 << 10); // what may stand behind a deflated data set
        try
        {
            while (await tee.ReadAsync(rest, cancellationToken) > 0)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rest, clearArray: true);
        }

        return file;
    }

    /// <summary>Writes what is read from it.</summary>
    private sealed class TeeStream(Stream from, Stream to) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await from.ReadAsync(buffer, cancellationToken);
            await to.WriteAsync(buffer[..count], cancellationToken);
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
