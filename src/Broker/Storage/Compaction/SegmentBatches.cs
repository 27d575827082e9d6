using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>Goes over the batches of a closed segment from a position on, reading large pieces.</summary>
/// <param name="segment">The segment.</param>
/// <param name="position">Where a batch begins.</param>
/// <param name="bufferBytes">How much is read at once; a larger batch makes the buffer grow.</param>
internal sealed class SegmentBatches(LogSegment segment, int position, int bufferBytes) : IDisposable
{
    private byte[] _buffer = Buffers.Rent(bufferBytes);
    private int _bufferPosition = position; // of the first byte in the buffer
    private int _filled;
    private int _at;
    private int _size;

    /// <summary>The batch that <see cref="MoveNext"/> found; it points into a buffer that the next call overwrites.</summary>
    public RecordBatch Current => new(_buffer.AsSpan(_at, _size));

    /// <summary>Where it stands in the segment.</summary>
    public int Position => _bufferPosition + _at;

    /// <summary>Whether no other batch follows in the segment.</summary>
    public bool IsLast => Position + _size >= segment.Size;

    /// <summary>Goes to the next batch.</summary>
    /// <exception cref="IOException">The file could not be read.</exception>
    /// <exception cref="InvalidDataException">There is no whole batch where one should be.</exception>
    public bool MoveNext()
    {
        _at += _size;
        _size = 0;
        if (Position >= segment.Size)
            return false;
        if (BatchReader.Check(_buffer.AsSpan(_at, _filled - _at), checkCrc: false, out _size) is not BatchFault.None)
            Fill();
        var fault = BatchReader.Check(_buffer.AsSpan(_at, _filled - _at), checkCrc: true, out _size);
        return fault is BatchFault.None
            ? true
            : throw new InvalidDataException($"{segment.Path} has no whole batch at {Position}: {fault}.");
    }

    /// <inheritdoc/>
    public void Dispose() => Buffers.Return(Interlocked.Exchange(ref _buffer, []));

    private void Fill()
    {
        _bufferPosition += _at;
        _at = 0;
        Read();
        if (_filled < BatchLayout.Records)
            return;
        var size = new RecordBatch(_buffer).Size;
        if (size <= _buffer.Length || size > segment.Size - _bufferPosition)
            return;
        Buffers.Return(_buffer);
        _buffer = Buffers.Rent(size);
        Read();
    }

    private void Read() => _filled = segment.Log.Read(
        _bufferPosition, _buffer.AsSpan(0, Math.Min(_buffer.Length, segment.Size - _bufferPosition)));
}
