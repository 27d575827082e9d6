using MedStreams.Dicom.Pacs.Differences;

namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>
/// The proof of a run (S3.12): per day, per department and in total what was expected, migrated, skipped, failed and is still open, and the list of what is not
/// right. All sums come from the same cells, so that they agree.
/// </summary>
public sealed class RunReport
{
    /// <summary>A report of what a migration database tells.</summary>
    /// <param name="run">Which run.</param>
    /// <param name="cells">Its records, grouped by day, department and state; any grouping finer than that will do.</param>
    /// <param name="failures">Its failed studies.</param>
    /// <param name="differences">What a comparison of both PACS, or the last verification, found; empty: nothing.</param>
    /// <param name="alarms">Why the source may have kept studies back.</param>
    public RunReport(
        ReportedRun run, IReadOnlyCollection<ReportedCell> cells, IReadOnlyList<ReportedFailure> failures, IReadOnlyList<StudyDifference> differences, IReadOnlyList<string> alarms)
    {
        (Run, Failures, Differences, Alarms) = (run, failures, differences, alarms);
        Total = Sum(cells);
        Days = [.. cells.GroupBy(c => c.Day).OrderBy(g => g.Key is null).ThenBy(g => g.Key).Select(g => new ReportedLine<DateOnly?>(g.Key, Sum(g)))];
        Departments = [.. cells.GroupBy(c => c.Department, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new ReportedLine<string>(g.Key, Sum(g)))];
    }

    /// <summary>Which run.</summary>
    public ReportedRun Run { get; }

    /// <summary>All together.</summary>
    public ReportedAmounts Total { get; }

    /// <summary>By day of the examination; those without a valid one last, under null.</summary>
    public IReadOnlyList<ReportedLine<DateOnly?>> Days { get; }

    /// <summary>By department; those of none under an empty name.</summary>
    public IReadOnlyList<ReportedLine<string>> Departments { get; }

    /// <summary>Studies that failed, and why.</summary>
    public IReadOnlyList<ReportedFailure> Failures { get; }

    /// <summary>What differs between the two PACS.</summary>
    public IReadOnlyList<StudyDifference> Differences { get; }

    /// <summary>Why the source may have kept studies back.</summary>
    public IReadOnlyList<string> Alarms { get; }

    /// <summary>The comparison of both PACS whose differences are among these; null: none was made.</summary>
    public DifferenceSummary? Comparison { get; init; }

    /// <summary>Whether the source was asked for everything, all of it is in the target, and nothing differs.</summary>
    public bool IsProven => Run.IsEnumerated && Total.Open.Studies == 0 && Total.Failed.Studies == 0 && Total.Expected == Total.Migrated + Total.Skipped
        && Differences.Count == 0 && Alarms.Count == 0 && (Comparison is null || Comparison.IsEmpty);

    private static ReportedAmounts Sum(IEnumerable<ReportedCell> cells)
    {
        var sum = default(ReportedAmounts);
        foreach (var cell in cells)
            sum += ReportedAmounts.Of(cell);
        return sum;
    }
}

/// <summary>A run, as its report names it.</summary>
public sealed record ReportedRun
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>The old PACS.</summary>
    public required string Source { get; init; }

    /// <summary>The new PACS.</summary>
    public required string Target { get; init; }

    /// <summary>The first day of examinations.</summary>
    public required DateOnly FirstDay { get; init; }

    /// <summary>The last one, inclusive.</summary>
    public required DateOnly LastDay { get; init; }

    /// <summary>How closely the target was looked at.</summary>
    public required VerificationLevel Level { get; init; }

    /// <summary>When it was first started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the report was made.</summary>
    public required DateTimeOffset ReportedAt { get; init; }

    /// <summary>Whether the source was asked for all windows.</summary>
    public required bool IsEnumerated { get; init; }
}

/// <summary>Records of a day, a department and a state.</summary>
/// <param name="Day">The day of the examination; null: none that is valid.</param>
/// <param name="Department">The department; empty: none.</param>
/// <param name="State">How far they are.</param>
/// <param name="Studies">How many.</param>
/// <param name="ExpectedObjects">Objects that their collections have; of those not collected yet, none.</param>
/// <param name="ExpectedBytes">Their bytes, as far as they are known.</param>
/// <param name="MigratedObjects">Of these, in the target.</param>
/// <param name="MigratedBytes">Their bytes.</param>
public sealed record ReportedCell(
    DateOnly? Day, string Department, ReportedState State, long Studies, long ExpectedObjects, long ExpectedBytes, long MigratedObjects, long MigratedBytes);

/// <summary>How far a study is.</summary>
public enum ReportedState
{
    /// <summary>It waits, or is on its way, or was not looked at yet.</summary>
    Open,

    /// <summary>This run brought it into the target.</summary>
    Migrated,

    /// <summary>The target had it already, complete.</summary>
    Skipped,

    /// <summary>It could not be moved.</summary>
    Failed,
}

/// <summary>Studies with their objects and bytes.</summary>
/// <param name="Studies">How many studies.</param>
/// <param name="Objects">How many objects.</param>
/// <param name="Bytes">How many bytes.</param>
public readonly record struct ReportedAmount(long Studies, long Objects, long Bytes)
{
    /// <summary>Both together.</summary>
    public static ReportedAmount operator +(ReportedAmount one, ReportedAmount other) =>
        new(one.Studies + other.Studies, one.Objects + other.Objects, one.Bytes + other.Bytes);
}

/// <summary>A line of a report. What is expected is the sum of the others, where nothing went wrong.</summary>
/// <param name="Expected">What the source has.</param>
/// <param name="Migrated">What this run brought.</param>
/// <param name="Skipped">What was there already.</param>
/// <param name="Failed">What could not be moved.</param>
/// <param name="Open">What is not done yet.</param>
public readonly record struct ReportedAmounts(
    ReportedAmount Expected, ReportedAmount Migrated, ReportedAmount Skipped, ReportedAmount Failed, ReportedAmount Open)
{
    /// <summary>Both together.</summary>
    public static ReportedAmounts operator +(ReportedAmounts one, ReportedAmounts other) => new(
        one.Expected + other.Expected, one.Migrated + other.Migrated, one.Skipped + other.Skipped, one.Failed + other.Failed, one.Open + other.Open);

    /// <summary>The amounts of a cell.</summary>
    public static ReportedAmounts Of(ReportedCell cell)
    {
        var expected = new ReportedAmount(cell.Studies, cell.ExpectedObjects, cell.ExpectedBytes);
        return new ReportedAmounts(
            expected,
            cell.State == ReportedState.Migrated ? new ReportedAmount(cell.Studies, cell.MigratedObjects, cell.MigratedBytes) : default,
            cell.State == ReportedState.Skipped ? expected : default,
            cell.State == ReportedState.Failed ? expected : default,
            cell.State == ReportedState.Open ? expected : default);
    }
}

/// <summary>A line with what it is about.</summary>
/// <param name="Key">The day, or the department.</param>
/// <param name="Amounts">Its amounts.</param>
public sealed record ReportedLine<TKey>(TKey Key, ReportedAmounts Amounts);

/// <summary>A study that failed.</summary>
/// <param name="StudyInstanceUid">Which.</param>
/// <param name="Department">Its department.</param>
/// <param name="StudyDate">Its day; null: none.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Kind">What kind of failure it was.</param>
/// <param name="Reason">Why, without patient data.</param>
/// <param name="StartedAt">When the last attempt began; null: not known.</param>
/// <param name="EndedAt">When it ended; null: not known.</param>
public sealed record ReportedFailure(
    string StudyInstanceUid, string Department, DateOnly? StudyDate, int Attempts, string Kind, string Reason, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);
