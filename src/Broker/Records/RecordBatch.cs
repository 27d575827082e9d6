using System.Buffers.Binary;

namespace MedStreams.Broker.Records;

/// <summary>A view of one record batch of magic 2. It copies and owns nothing.</summary>
/// <remarks>
/// Make one only of bytes that <see cref="BatchReader"/> found to hold a whole batch, or that the broker itself stored.
/// </remarks>
internal readonly ref struct RecordBatch
{
    private const int CompressionMask = 0x07;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>The view of the batch at the start of some bytes.</summary>
    /// <param name="bytes">
    /// At least the header, 61 bytes; <see cref="Bytes"/> and <see cref="Payload"/> need the whole batch.
    /// </param>
    public RecordBatch(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The offset of the first record that the batch was written with.</summary>
    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(_bytes[BatchLayout.BaseOffset..]);

    /// <summary>The size of the whole batch in bytes.</summary>
    public int Size => BinaryPrimitives.ReadInt32BigEndian(_bytes[BatchLayout.Length..]) + BatchLayout.LengthOverhead;

    /// <summary>The epoch of the leader that appended it.</summary>
    public int PartitionLeaderEpoch => BinaryPrimitives.ReadInt32BigEndian(_bytes[BatchLayout.PartitionLeaderEpoch..]);

    /// <summary>The version of the format.</summary>
    public byte Magic => _bytes[BatchLayout.Magic];

    /// <summary>The checksum that the batch carries.</summary>
    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(_bytes[BatchLayout.Crc..]);

    /// <summary>All bits of the attributes.</summary>
    public BatchAttributes Attributes =>
        (BatchAttributes)BinaryPrimitives.ReadInt16BigEndian(_bytes[BatchLayout.Attributes..]);

    /// <summary>How the records are compressed; a number above 4 is no known way.</summary>
    public CompressionType Compression => (CompressionType)((int)Attributes & CompressionMask);

    /// <summary>Whether the records' time is <see cref="MaxTimestamp"/>.</summary>
    public bool IsLogAppendTime => (Attributes & BatchAttributes.LogAppendTime) != BatchAttributes.None;

    /// <summary>Whether the batch belongs to a transaction.</summary>
    public bool IsTransactional => (Attributes & BatchAttributes.Transactional) != BatchAttributes.None;

    /// <summary>Whether the batch is a marker and none for users.</summary>
    public bool IsControl => (Attributes & BatchAttributes.Control) != BatchAttributes.None;

    /// <summary>
    /// The time from which compaction may drop tombstones and markers, in epoch milliseconds, or null.
    /// </summary>
    public long? DeleteHorizon =>
        (Attributes & BatchAttributes.HasDeleteHorizon) != BatchAttributes.None ? BaseTimestamp : null;

    /// <summary>
    /// The last offset less the base offset; larger than the records need where compaction took some away.
    /// </summary>
    public int LastOffsetDelta => BinaryPrimitives.ReadInt32BigEndian(_bytes[BatchLayout.LastOffsetDelta..]);

    /// <summary>The offset of the last record that the batch was written with.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>The offset after the batch.</summary>
    public long NextOffset => LastOffset + 1;

    /// <summary>What the records' times are relative to, in epoch milliseconds.</summary>
    public long BaseTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[BatchLayout.BaseTimestamp..]);

    /// <summary>The latest time of the records, in epoch milliseconds, or -1.</summary>
    public long MaxTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[BatchLayout.MaxTimestamp..]);

    /// <summary>The producer's id, or -1 if it is not idempotent.</summary>
    public long ProducerId => BinaryPrimitives.ReadInt64BigEndian(_bytes[BatchLayout.ProducerId..]);

    /// <summary>Whether an idempotent producer, or a coordinator for it, wrote the batch.</summary>
    public bool HasProducer => ProducerId > -1;

    /// <summary>The producer's epoch, or -1.</summary>
    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(_bytes[BatchLayout.ProducerEpoch..]);

    /// <summary>The sequence number of the first record, or -1.</summary>
    public int BaseSequence => BinaryPrimitives.ReadInt32BigEndian(_bytes[BatchLayout.BaseSequence..]);

    /// <summary>The sequence number of the last record, or -1; behind <see cref="int.MaxValue"/> follows 0.</summary>
    public int LastSequence =>
        BaseSequence < 0 ? BaseSequence : (int)(((long)BaseSequence + LastOffsetDelta) & int.MaxValue);

    /// <summary>The number of records.</summary>
    public int Count => BinaryPrimitives.ReadInt32BigEndian(_bytes[BatchLayout.Count..]);

    /// <summary>The whole batch.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes[..Size];

    /// <summary>The records as they are stored, compressed or not.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[BatchLayout.Records..Size];

    /// <summary>The checksum of the batch as it is; it takes about 0.1 ms a megabyte.</summary>
    public uint ComputeCrc() => Crc32C.Compute(_bytes[BatchLayout.Attributes..Size]);

    /// <summary>The records of a batch that is not compressed.</summary>
    public RecordEnumerator GetEnumerator() => new(this, Payload);

    /// <summary>The records of a compressed batch.</summary>
    /// <param name="decompressed"><see cref="Payload"/> after decompression.</param>
    public RecordEnumerator Enumerate(ReadOnlySpan<byte> decompressed) => new(this, decompressed);
}
