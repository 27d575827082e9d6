using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Streams.Tests.State;

/// <summary>A row of any store: a key, the times that belong to it (none, the start of a window, both ends of a session), a value.</summary>
internal sealed record Row(string Key, long Start, long End, string Value);

/// <summary>What a store of any kind holds, as a plain list of rows that is filtered and sorted for each question.</summary>
/// <param name="retention">How long rows are kept behind the latest end; null for ever.</param>
internal sealed class RangeModel(long? retention)
{
    private List<Row> _committed = [];
    private List<Row> _rows = [];
    private long _committedTime = -1;
    private long _time = -1;

    /// <summary>All rows in the order of the store.</summary>
    public List<Row> Rows => Live(_rows, _time);

    /// <summary>What of them is committed.</summary>
    public List<Row> Committed => Live(_committed, _committedTime);

    /// <summary>The latest end, or 0.</summary>
    public long Now => Math.Max(0, _time);

    public void Put(string key, long start, long end, string? value)
    {
        _time = Math.Max(_time, end);
        if (retention is { } kept && end <= _time - kept)
            return;
        _rows.RemoveAll(r => r.Key == key && r.Start == start && r.End == end);
        if (value is not null)
            _rows.Add(new Row(key, start, end, value));
    }

    public void Commit() => (_committed, _committedTime) = ([.. _rows], _time);

    public void Rollback() => (_rows, _time) = ([.. _committed], _committedTime);

    private List<Row> Live(List<Row> rows, long time) =>
        [.. rows.Where(r => retention is null || r.End > time - retention).OrderBy(Place, StringComparer.Ordinal)];

    // Segment of the end, key, end, start, as the bytes of the stores lie.
    private string Place(Row row)
    {
        if (retention is not { } kept)
            return Convert.ToHexString(Encoding.UTF8.GetBytes(row.Key));
        var segment = row.End / Math.Max(kept / 2, 60_000);
        return Hex(segment) + Convert.ToHexString(Encoding.UTF8.GetBytes(row.Key)) + Hex(row.End) + Hex(row.Start);
    }

    private static string Hex(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return Convert.ToHexString(bytes);
    }
}
