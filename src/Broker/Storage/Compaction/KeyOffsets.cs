using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MedStreams.Broker.Storage;

/// <summary>
/// The newest offset of each key, in a table of fixed size: 16 bytes of the key's SHA-256 and the offset, 24 bytes a key,
/// whatever the key's length. Not safe for concurrent use.
/// </summary>
/// <remarks>Kafka's cleaner counts its memory in the same way (<c>log.cleaner.dedupe.buffer.size</c>, with MD5).</remarks>
internal sealed class KeyOffsets
{
    /// <summary>The bytes of memory that a slot takes.</summary>
    public const int SlotBytes = 16 + 8;

    private readonly UInt128[] _hashes; // zero: free
    private readonly long[] _offsets;

    /// <summary>An empty table.</summary>
    /// <param name="capacity">How many keys it takes, 1 or more.</param>
    /// <param name="loadFactor">The part of the slots that may be filled, more than 0 and less than 1.</param>
    public KeyOffsets(int capacity, double loadFactor)
    {
        var slots = (int)Math.Min(Array.MaxLength / 2, Math.Ceiling(capacity / loadFactor) + 1);
        Capacity = Math.Min(capacity, slots - 1);
        _hashes = new UInt128[slots];
        _offsets = new long[slots];
    }

    /// <summary>How many keys there may be.</summary>
    public int Capacity { get; }

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The offset up to which, inclusively, records were looked at; -1 at first.</summary>
    public long Latest { get; set; } = -1;

    /// <summary>How many keys fit into some memory.</summary>
    public static int CapacityOf(long bytes, double loadFactor) =>
        (int)Math.Clamp(bytes / SlotBytes * loadFactor, 1, Array.MaxLength / 4);

    /// <summary>Notes a record; a later one of the same key takes its place. Answers false when the table is full.</summary>
    public bool TryPut(ReadOnlySpan<byte> key, long offset)
    {
        var hash = Hash(key);
        var slot = SlotOf(hash);
        if (_hashes[slot] == UInt128.Zero)
        {
            if (Count == Capacity)
                return false;
            Count++;
            _hashes[slot] = hash;
        }

        _offsets[slot] = offset;
        return true;
    }

    /// <summary>The newest offset of a key; -1 when none is known.</summary>
    public long Find(ReadOnlySpan<byte> key)
    {
        var slot = SlotOf(Hash(key));
        return _hashes[slot] == UInt128.Zero ? -1 : _offsets[slot];
    }

    private int SlotOf(UInt128 hash)
    {
        var slot = (int)((ulong)hash % (ulong)_hashes.Length);
        while (_hashes[slot] != UInt128.Zero && _hashes[slot] != hash)
            slot = slot + 1 == _hashes.Length ? 0 : slot + 1;
        return slot;
    }

    private static UInt128 Hash(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, digest);
        var hash = MemoryMarshal.Read<UInt128>(digest);
        return hash == UInt128.Zero ? UInt128.One : hash;
    }
}
