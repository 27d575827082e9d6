using System.Buffers.Binary;

namespace MedStreams.Streams.State;

/// <summary>
/// Keys of window and session stores, as Kafka Streams writes them to changelogs, and here with the segment in front.
/// Window: key, start (8 bytes), number of the duplicate (4). Session: key, end (8), start (8). All big-endian.
/// </summary>
internal static class StoreKeys
{
    public const int SegmentBytes = sizeof(long);

    /// <summary>Bytes behind the key in a window store.</summary>
    public const int WindowSuffix = sizeof(long) + sizeof(int);

    /// <summary>Bytes behind the key in a session store.</summary>
    public const int SessionSuffix = 2 * sizeof(long);

    public static byte[] Segment(long segment)
    {
        var bytes = new byte[SegmentBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, segment);
        return bytes;
    }

    /// <summary>Segment, key, time, and what follows.</summary>
    public static byte[] Build(long segment, ReadOnlySpan<byte> key, long time, ReadOnlySpan<byte> tail)
    {
        var bytes = new byte[SegmentBytes + key.Length + sizeof(long) + tail.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, segment);
        key.CopyTo(bytes.AsSpan(SegmentBytes));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(SegmentBytes + key.Length), time);
        tail.CopyTo(bytes.AsSpan(SegmentBytes + key.Length + sizeof(long)));
        return bytes;
    }

    /// <summary>The user's part of a key with its segment.</summary>
    public static ReadOnlySpan<byte> KeyOf(StoreKind kind, ReadOnlySpan<byte> key) =>
        key[SegmentBytes..^(kind == StoreKind.Window ? WindowSuffix : SessionSuffix)];

    public static long WindowStart(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[^WindowSuffix..]);

    public static int Sequence(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt32BigEndian(key[^sizeof(int)..]);

    public static long SessionEnd(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[^SessionSuffix..]);

    public static long SessionStart(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[^sizeof(long)..]);

    /// <summary>The time that decides when a key expires: a window's start, a session's end.</summary>
    public static long TimeOf(StoreKind kind, ReadOnlySpan<byte> key) =>
        kind == StoreKind.Window ? WindowStart(key) : SessionEnd(key);
}
