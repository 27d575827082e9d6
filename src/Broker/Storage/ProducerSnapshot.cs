using System.Buffers.Binary;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>
/// A partition's recovery point: everything before <see cref="Offset"/> is durable, with its indexes, and this is what the
/// producers' state was there. After a crash the log is read on from here.
/// </summary>
/// <remarks>
/// The file is named after the offset and holds: version (2 bytes), CRC-32C of all that follows (4), then the fields,
/// highest byte first. It is written whole or not at all.
/// </remarks>
internal sealed class ProducerSnapshot
{
    private const short Version = 2;
    private const int HeaderSize = 6;
    private const int FixedSize = HeaderSize + (8 * 4) + (4 * 4) + (8 * 3) + 4;
    private const int ProducerSize = 8 + 2 + 4 + 8 + 8 + 8 + 1;
    private const int BatchSize = 4 + 4 + 8 + 8 + 8;

    /// <summary>The offset of the next record.</summary>
    public required long Offset { get; init; }

    /// <summary>The first offset that readers may ask for.</summary>
    public required long LogStartOffset { get; init; }

    /// <summary>The offset up to which compaction has looked at keys.</summary>
    public required long CleanedTo { get; init; }

    /// <summary>The base offset of the segment that the offset lies in.</summary>
    public required long SegmentBaseOffset { get; init; }

    /// <summary>Where in that segment.</summary>
    public required SegmentPoint Point { get; init; }

    /// <summary>The producers.</summary>
    public required IReadOnlyCollection<ProducerState> Producers { get; init; }

    /// <summary>The content of the file.</summary>
    public byte[] Encode()
    {
        var size = FixedSize + Producers.Sum(producer => ProducerSize + (producer.BatchCount * BatchSize));
        var writer = new FieldWriter(new byte[size]);
        writer.Skip(HeaderSize);
        writer.Int64(Offset);
        writer.Int64(LogStartOffset);
        writer.Int64(CleanedTo);
        writer.Int64(SegmentBaseOffset);
        writer.Int32(Point.Position);
        writer.Int32(Point.OffsetEntries);
        writer.Int32(Point.TimeEntries);
        writer.Int32(Point.AbortedEntries);
        writer.Int64(Point.FirstTimestamp);
        writer.Int64(Point.MaxTimestamp);
        writer.Int64(Point.OffsetOfMaxTimestamp);
        writer.Int32(Producers.Count);
        foreach (var producer in Producers)
            Write(ref writer, producer);

        var content = writer.Buffer;
        BinaryPrimitives.WriteInt16BigEndian(content, Version);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(2), Crc32C.Compute(content.AsSpan(HeaderSize)));
        return content;
    }

    /// <summary>Reads the content of a file; null when it is damaged.</summary>
    public static ProducerSnapshot? Decode(byte[] content)
    {
        if (content.Length < FixedSize
            || BinaryPrimitives.ReadInt16BigEndian(content) != Version
            || BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(2)) != Crc32C.Compute(content.AsSpan(HeaderSize)))
        {
            return null;
        }

        var reader = new FieldReader(content.AsSpan(HeaderSize));
        var offset = reader.Int64();
        var logStart = reader.Int64();
        var cleanedTo = reader.Int64();
        var segment = reader.Int64();
        var point = new SegmentPoint(
            reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32(), reader.Int64(), reader.Int64(), reader.Int64());
        var producers = new ProducerState[reader.Int32()];
        for (var i = 0; i < producers.Length; i++)
            producers[i] = ReadProducer(ref reader);
        return new ProducerSnapshot
        {
            Offset = offset,
            LogStartOffset = logStart,
            CleanedTo = cleanedTo,
            SegmentBaseOffset = segment,
            Point = point,
            Producers = producers,
        };
    }

    private static void Write(ref FieldWriter writer, ProducerState producer)
    {
        writer.Int64(producer.ProducerId);
        writer.Int16(producer.Epoch);
        writer.Int32(producer.CoordinatorEpoch);
        writer.Int64(producer.TransactionStart);
        writer.Int64(producer.LastTimestamp);
        writer.Int64(producer.LastWritten);
        writer.Byte((byte)producer.BatchCount);
        for (var i = 0; i < producer.BatchCount; i++)
        {
            var batch = producer.Batch(i);
            writer.Int32(batch.BaseSequence);
            writer.Int32(batch.LastSequence);
            writer.Int64(batch.BaseOffset);
            writer.Int64(batch.LastOffset);
            writer.Int64(batch.Timestamp);
        }
    }

    private static ProducerState ReadProducer(ref FieldReader reader)
    {
        var producer = new ProducerState(reader.Int64());
        producer.AdoptEpoch(reader.Int16());
        producer.CoordinatorEpoch = reader.Int32();
        producer.TransactionStart = reader.Int64();
        var lastTimestamp = reader.Int64();
        producer.LastWritten = reader.Int64();
        var batches = reader.Byte();
        for (var i = 0; i < batches; i++)
            producer.Remember(new(reader.Int32(), reader.Int32(), reader.Int64(), reader.Int64(), reader.Int64()));
        producer.LastTimestamp = lastTimestamp;
        return producer;
    }

    private ref struct FieldWriter(byte[] buffer)
    {
        private int _at;

        public byte[] Buffer => buffer;

        public void Skip(int bytes) => _at += bytes;

        public void Byte(byte value) => buffer[_at++] = value;

        public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Next(2), value);

        public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Next(4), value);

        public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Next(8), value);

        private Span<byte> Next(int size) => buffer.AsSpan((_at += size) - size, size);
    }

    private ref struct FieldReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _bytes = bytes;

        public byte Byte() => Next(1)[0];

        public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Next(2));

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Next(4));

        public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Next(8));

        private ReadOnlySpan<byte> Next(int size)
        {
            var next = _bytes[..size];
            _bytes = _bytes[size..];
            return next;
        }
    }
}
