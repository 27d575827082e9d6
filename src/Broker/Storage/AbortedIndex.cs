namespace MedStreams.Broker.Storage;

/// <summary>
/// The transactions that were aborted in a segment, in the order of their markers: in a file that is made with the first of
/// them, and in memory once they are asked for, since they are few.
/// </summary>
/// <remarks>One writer; readers take <see cref="Entries"/>, which never changes.</remarks>
/// <param name="file">The file.</param>
/// <param name="length">Its length in bytes; a torn last entry is ignored.</param>
internal sealed class AbortedIndex(SegmentFile file, long length) : IDisposable
{
    private readonly Lock _reading = new();
    private AbortedTransaction[]? _entries = length < AbortedTransaction.Size ? [] : null;
    private long _length = length;
    private int _count = (int)(length / AbortedTransaction.Size);

    /// <summary>The file if it has been opened, so that something may have been written to it.</summary>
    public IStorageFile? IfOpen => file.IfOpen;

    /// <summary>The transactions so far.</summary>
    /// <exception cref="IOException">The file could not be read.</exception>
    public ReadOnlySpan<AbortedTransaction> Entries => Volatile.Read(ref _entries) ?? Read();

    /// <summary>How many there are.</summary>
    public int Count => _count;

    /// <summary>Appends one.</summary>
    public void Add(in AbortedTransaction transaction)
    {
        AbortedTransaction[] entries = [.. Entries, transaction];
        Span<byte> entry = stackalloc byte[AbortedTransaction.Size];
        transaction.Write(entry);
        file.Open.Write((long)_count * AbortedTransaction.Size, entry);
        _length = Math.Max(_length, (_count + 1L) * AbortedTransaction.Size);
        _count++;
        Volatile.Write(ref _entries, entries);
    }

    /// <summary>Makes the file if there is none yet.</summary>
    public void Make() => _length = file.Open.Length;

    /// <summary>Removes all from one on, and what a crash may have left behind them.</summary>
    /// <exception cref="IOException">There are fewer than that.</exception>
    public void Truncate(int count)
    {
        if (count > _count)
            throw new IOException($"{file.Path} has {_count} entries, {count} of which were durable.");
        var kept = (long)count * AbortedTransaction.Size;
        if (kept != _length)
            file.Open.Truncate(kept);
        _length = kept;
        if (count == _count)
            return;
        _count = count;
        Volatile.Write(ref _entries, count == 0 ? [] : Entries[..count].ToArray());
    }

    /// <summary>Writes the end of the file again as it is.</summary>
    public void RewriteEnd() => file.RewriteEnd((long)_count * AbortedTransaction.Size);

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private AbortedTransaction[] Read()
    {
        lock (_reading)
        {
            if (Volatile.Read(ref _entries) is { } known)
                return known;
            var content = new byte[_count * AbortedTransaction.Size];
            if (file.Open.Read(0, content) != content.Length)
                throw new IOException($"{file.Path} is shorter than its {_count} entries.");
            var entries = new AbortedTransaction[_count];
            for (var i = 0; i < entries.Length; i++)
                entries[i] = AbortedTransaction.Read(content.AsSpan(i * AbortedTransaction.Size));
            Volatile.Write(ref _entries, entries);
            return entries;
        }
    }
}
