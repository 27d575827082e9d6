using System.Runtime.InteropServices;

namespace MedStreams.Streams.Kafka.Librdkafka;

/// <summary><c>rd_kafka_message_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RdkafkaMessage
{
    public int Error;
    public nint Topic;
    public int Partition;
    public byte* Payload;
    public nuint Length;
    public byte* Key;
    public nuint KeyLength;
    public long Offset;

    /// <summary>In delivery reports: what was given with <see cref="RdkafkaArgumentType.Opaque"/>.</summary>
    public nint Opaque;
}

/// <summary><c>rd_kafka_topic_partition_t</c>, as far as it is used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RdkafkaPartition
{
    public byte* Topic;
    public int Partition;
    public long Offset;
}

/// <summary><c>rd_kafka_vtype_t</c>: what an argument of produce is.</summary>
internal enum RdkafkaArgumentType
{
    Topic = 2,
    Partition = 3,
    Value = 4,
    Key = 5,
    Opaque = 6,
    Flags = 7,
    Timestamp = 8,
    Headers = 10,
}

/// <summary><c>rd_kafka_vu_t</c>: one argument of produce; a type, then a union of 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct RdkafkaArgument
{
    [FieldOffset(0)]
    public RdkafkaArgumentType Type;

    [FieldOffset(8)]
    public nint Pointer;

    [FieldOffset(8)]
    public int Int32;

    [FieldOffset(8)]
    public long Int64;

    /// <summary>Of bytes at <see cref="Pointer"/>.</summary>
    [FieldOffset(16)]
    public nuint Size;
}
