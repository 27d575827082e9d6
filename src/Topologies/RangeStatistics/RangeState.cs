using System.Collections.Immutable;

namespace MedStreams.Topologies.RangeStatistics;

/// <summary>The last agreed statistics of a range: its part of the statistics database. Immutable.</summary>
/// <param name="Round">The last agreed round; -1 before the first.</param>
/// <param name="Modules">The modules that serve the range, each with its agreed values and its flag.</param>
public sealed record RangeRecord(long Round, ImmutableSortedDictionary<string, RecordedModule> Modules)
{
    /// <summary>A range that no module serves yet.</summary>
    public static RangeRecord Empty { get; } = new(-1, ImmutableSortedDictionary<string, RecordedModule>.Empty);
}

/// <summary>A module's agreed statistics.</summary>
/// <param name="Flag">The module's flag.</param>
/// <param name="Values">The values by name; empty before its first agreed round.</param>
public sealed record RecordedModule(UpdateFlag Flag, ImmutableSortedDictionary<string, decimal> Values);

/// <summary>
/// What modules of a range reported of rounds that are not agreed yet: its part of the backup space. Each module's outcomes by round,
/// since a fast module may be a round ahead of a slow one. Immutable.
/// </summary>
/// <param name="Modules">The outcomes by module and round; a module without any is not there.</param>
public sealed record RangeBackup(ImmutableSortedDictionary<string, ImmutableSortedDictionary<long, RoundOutcome>> Modules)
{
    /// <summary>Nothing is held back.</summary>
    public static RangeBackup Empty { get; } = new(ImmutableSortedDictionary<string, ImmutableSortedDictionary<long, RoundOutcome>>.Empty);
}

/// <summary>How a module's update of a round ended.</summary>
/// <param name="Values">Its statistics; null where the update errored.</param>
public sealed record RoundOutcome(ImmutableSortedDictionary<string, decimal>? Values)
{
    /// <summary>Whether the update errored.</summary>
    public bool IsFailed => Values is null;
}

/// <summary>What can be said of a range (S1.5), in the topic of results under the range's id.</summary>
/// <param name="Round">The round that <paramref name="Consistent"/> is of; -1 before the first.</param>
/// <param name="Consistent">Totals of the agreed values by name: always one round of all modules.</param>
/// <param name="Latest">Totals of the newest values of each module, agreed or held back: may mix rounds.</param>
/// <param name="Updated">Modules whose newer values are held back.</param>
/// <param name="Pending">Modules that the range waits for.</param>
/// <param name="Failed">Modules whose update of the open round errored.</param>
public sealed record RangeResult(
    long Round,
    ImmutableSortedDictionary<string, decimal> Consistent,
    ImmutableSortedDictionary<string, decimal> Latest,
    ImmutableArray<string> Updated,
    ImmutableArray<string> Pending,
    ImmutableArray<string> Failed);
