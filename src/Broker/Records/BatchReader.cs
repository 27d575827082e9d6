using System.Buffers.Binary;

namespace MedStreams.Broker.Records;

/// <summary>
/// Goes over record batches that follow each other, checking lengths, format and, on demand, checksums. It stops at the
/// first that is not whole and right, and says why.
/// </summary>
internal ref struct BatchReader
{
    private readonly bool _checkCrc;
    private readonly ReadOnlySpan<byte> _bytes;
    private int _start;
    private int _end;

    /// <summary>Starts before the first batch.</summary>
    /// <param name="bytes">Batches, one after the other.</param>
    /// <param name="checkCrc">Whether to compare the checksums, which reads every byte.</param>
    public BatchReader(ReadOnlySpan<byte> bytes, bool checkCrc)
    {
        _bytes = bytes;
        _checkCrc = checkCrc;
    }

    /// <summary>The batch that <see cref="MoveNext"/> found.</summary>
    public readonly RecordBatch Current => new(_bytes[_start.._end]);

    /// <summary>Where the current batch starts.</summary>
    public readonly int Position => _start;

    /// <summary>Where the good batches end so far.</summary>
    public readonly int End => _end;

    /// <summary>Why there was no further batch; none if the bytes ended with the last one.</summary>
    public BatchFault Fault { get; private set; }

    /// <summary>Goes to the next batch.</summary>
    /// <returns>Whether there is one; otherwise <see cref="Fault"/> says why not.</returns>
    public bool MoveNext()
    {
        if (Fault != BatchFault.None || _end == _bytes.Length)
            return false;
        Fault = Check(_bytes[_end..], _checkCrc, out var size);
        if (Fault != BatchFault.None)
            return false;
        _start = _end;
        _end += size;
        return true;
    }

    /// <summary>So that <c>foreach</c> takes it.</summary>
    public readonly BatchReader GetEnumerator() => this;

    /// <summary>Checks the batch at the start of some bytes.</summary>
    /// <param name="bytes">The batch and whatever follows.</param>
    /// <param name="checkCrc">Whether to compare the checksum.</param>
    /// <param name="size">The size of the batch in bytes, or 0 if it is not right.</param>
    public static BatchFault Check(ReadOnlySpan<byte> bytes, bool checkCrc, out int size)
    {
        size = 0;
        if (bytes.Length < BatchLayout.LengthOverhead)
            return BatchFault.Incomplete;
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[BatchLayout.Length..]);
        if (bytes.Length > BatchLayout.Magic && bytes[BatchLayout.Magic] != BatchLayout.CurrentMagic)
            return BatchFault.UnsupportedMagic;
        if (length < BatchLayout.Records - BatchLayout.LengthOverhead)
            return BatchFault.BadLength;
        if (length > bytes.Length - BatchLayout.LengthOverhead)
            return BatchFault.Incomplete;

        var batch = new RecordBatch(bytes);
        if (checkCrc && batch.ComputeCrc() != batch.Crc)
            return BatchFault.CrcMismatch;
        if (batch.Count < 0 || batch.LastOffsetDelta < 0)
            return BatchFault.BadHeader;
        size = batch.Size;
        return BatchFault.None;
    }
}
