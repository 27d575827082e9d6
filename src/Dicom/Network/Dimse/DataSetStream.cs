using System.Runtime.CompilerServices;

namespace MedStreams.Dicom.Network.Dimse;

/// <summary>A data set as its pieces come. Asynchronous reading only; not thread-safe.</summary>
internal sealed class DataSetStream(DimseChannel channel) : ReadOnlyStream
{
    private long _position;

    /// <summary>Whether all was read.</summary>
    public bool IsAtEnd { get; private set; }

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
}
