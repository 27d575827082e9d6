using System.Runtime.CompilerServices;

namespace MedStreams.Dicom.Network.Dimse;

/// <summary>A data set as its pieces come. Asynchronous reading only; not thread-safe.</summary>
internal sealed class DataSetStream(DimseChannel channel) : Stream
{
    private long _position;

    /// <summary>Whether all was read.</summary>
    public bool IsAtEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    /// <summary>How many bytes were read.</summary>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // once for each receive of a large object
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsAtEnd || buffer.IsEmpty)
            return 0;
        var count = await channel.ReadDataSetAsync(buffer, cancellationToken);
        _position += count;
        IsAtEnd = count == 0;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A data set from the network is read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
