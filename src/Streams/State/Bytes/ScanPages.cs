namespace MedStreams.Streams.State;

/// <summary>Where the scans of a view for queries begin and stand, so that a long answer can be given in pages. Used by one thread at a time.</summary>
internal sealed class ScanPages
{
    private readonly ScratchWriter _last = new();

    /// <summary>Scans begin behind this key, in their direction; null: at the beginning of their range.</summary>
    public byte[]? After { get; set; }

    /// <summary>The scan that was begun last.</summary>
    public MergeCursor? Cursor { get; set; }

    /// <summary>The key that was noted last.</summary>
    public byte[] Last => _last.Written.ToArray();

    /// <summary>Notes the key that the scan stands on.</summary>
    public void Note()
    {
        if (Cursor is null)
            return;
        _last.Reset();
        _last.Write(Cursor.Key);
    }

    /// <summary>What of a range lies behind <see cref="After"/>.</summary>
    public KeyRange Remaining(in KeyRange range, bool backward)
    {
        if (After is null)
            return range;
        if (backward)
            return range.IsBelowUpper(After) ? range with { Upper = After } : range;
        return range.IsAboveLower(After) ? range with { Lower = [.. After, 0] } : range;
    }
}
