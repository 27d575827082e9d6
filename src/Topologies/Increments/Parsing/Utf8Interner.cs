using System.Numerics;
using System.Text;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Gives one string for equal bytes, so that what comes again and again is not made again and again. Holds a fixed
/// number of strings; a newcomer takes the place of another. For one thread.
/// </summary>
internal sealed class Utf8Interner
{
    private const int LongestKept = 128;

    private readonly Entry[] _entries;
    private readonly Func<ReadOnlySpan<byte>, string> _create;

    /// <summary>An empty one.</summary>
    /// <param name="capacity">How many strings at most; a power of two.</param>
    /// <param name="create">Makes the string of bytes; null for their text in UTF-8.</param>
    public Utf8Interner(int capacity = 2048, Func<ReadOnlySpan<byte>, string>? create = null)
    {
        _create = create ?? Encoding.UTF8.GetString;
        if (!BitOperations.IsPow2(capacity))
            throw new ArgumentOutOfRangeException(nameof(capacity));
        _entries = new Entry[capacity];
    }

    /// <summary>The string of these bytes; empty for none.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return string.Empty;
        if (utf8.Length > LongestKept)
            return _create(utf8);
        var hash = Hash(utf8);
        ref var entry = ref _entries[hash & (uint)(_entries.Length - 1)];
        if (entry.Hash == hash && entry.Bytes is { } bytes && utf8.SequenceEqual(bytes))
            return entry.Text!;
        entry = new(hash, utf8.ToArray(), _create(utf8));
        return entry.Text!;
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes)
            hash = (hash ^ b) * 16777619u;
        return hash ^ (hash >> 15);
    }

    private readonly record struct Entry(uint Hash, byte[]? Bytes, string? Text);
}
