namespace MedStreams.Topologies.Increments;

/// <summary>A row that is not as it must be.</summary>
/// <param name="Expected">What must be there; null where nothing must.</param>
/// <param name="Actual">What is there; null where nothing is.</param>
public sealed record IncrementDifference(IncrementRow? Expected, IncrementRow? Actual);

/// <summary>The result table held against what must be in it. Immutable.</summary>
public sealed class IncrementComparison
{
    /// <summary>Compares rows by their keys.</summary>
    /// <exception cref="ArgumentException">One side has two rows of one key.</exception>
    public IncrementComparison(IEnumerable<IncrementRow> expected, IEnumerable<IncrementRow> actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        var left = expected.ToDictionary(r => (r.Product, r.EventType, r.WindowStart));
        var right = actual.ToDictionary(r => (r.Product, r.EventType, r.WindowStart));
        Counted = right.Values.Sum(r => r.Count);
        Late = right.Values.Sum(r => r.Late);
        Differences =
        [
            .. left.Keys.Union(right.Keys)
                .OrderBy(k => k.Product, StringComparer.Ordinal).ThenBy(k => k.EventType, StringComparer.Ordinal).ThenBy(k => k.WindowStart)
                .Select(k => new IncrementDifference(left.GetValueOrDefault(k), right.GetValueOrDefault(k)))
                .Where(d => d.Expected != d.Actual),
        ];
    }

    /// <summary>All events that the table counts.</summary>
    public long Counted { get; }

    /// <summary>All events that the table counts as late.</summary>
    public long Late { get; }

    /// <summary>The rows that differ, in the order of product, event type and window.</summary>
    public IReadOnlyList<IncrementDifference> Differences { get; }

    /// <summary>Events that must be in the table and are not, counted row by row, late ones included.</summary>
    public long Lost => Differences.Sum(d => Math.Max(0, Events(d.Expected) - Events(d.Actual)));

    /// <summary>Events that the table has too many, counted row by row, late ones included.</summary>
    public long Doubled => Differences.Sum(d => Math.Max(0, Events(d.Actual) - Events(d.Expected)));

    /// <summary>Whether the table is just as it must be.</summary>
    public bool Holds => Differences.Count == 0;

    private static long Events(IncrementRow? row) => row is null ? 0 : row.Count + row.Late;
}
