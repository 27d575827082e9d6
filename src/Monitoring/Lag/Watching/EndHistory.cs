namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Where a partition ended at which time, from which follows when a record was written: between two ends the time is interpolated. Holds the last points
/// at which the end had moved. Not safe for concurrent use.
/// </summary>
internal sealed class EndHistory
{
    private const int Most = 64;
    private readonly List<(long Time, long End)> _points = [];

    /// <summary>The last end; 0 before the first.</summary>
    public long Last => _points.Count == 0 ? 0 : _points[^1].End;

    /// <summary>Notes an end; one that goes back begins anew, since the topic was made again.</summary>
    /// <param name="time">In epoch milliseconds.</param>
    /// <param name="end">The offset after the last record.</param>
    public void Add(long time, long end)
    {
        if (_points.Count > 0 && end < _points[^1].End)
            _points.Clear();
        if (_points.Count > 1 && _points[^1].End == end && _points[^2].End == end)
        {
            _points[^1] = (time, end); // while nothing is written, first and last sight are enough
            return;
        }

        if (_points.Count == Most)
            Thin();
        _points.Add((time, end));
    }

    /// <summary>When the record at an offset was written, in epoch milliseconds; null where that is before the first point or not yet.</summary>
    public long? WrittenAt(long offset)
    {
        if (_points.Count == 0 || offset < _points[0].End || offset >= _points[^1].End)
            return null;
        var after = _points.FindIndex(p => p.End > offset);
        var ((from, first), (to, last)) = (_points[after - 1], _points[after]);
        return from + (long)((double)(offset - first) / (last - first) * (to - from));
    }

    /// <summary>Drops every other of the older points: what is longer ago may be coarser.</summary>
    private void Thin()
    {
        for (var i = (Most / 2) - 1; i > 0; i -= 2)
            _points.RemoveAt(i);
    }
}
