using System.Collections.Immutable;

namespace MedStreams.Topologies.RangeStatistics;

/// <summary>What a module says of its own update (S1.1).</summary>
public enum UpdateFlag
{
    /// <summary>Its statistics are those of an earlier round: nothing changes.</summary>
    NotUpdated,

    /// <summary>Its statistics of the round are there.</summary>
    Updated,

    /// <summary>Its update of the round did not run because of a service error (S1.4).</summary>
    Errored,
}

/// <summary>A module's report of its statistics, in the topic of reports under the range's id.</summary>
/// <param name="Module">The execution module.</param>
/// <param name="Round">The round that the report is of; later rounds have larger numbers, which need not follow one another.</param>
/// <param name="Flag">What the module says of its update.</param>
/// <param name="Values">Its statistics by name; empty where the update errored.</param>
public sealed record ModuleReport(string Module, long Round, UpdateFlag Flag, ImmutableSortedDictionary<string, decimal> Values);

/// <summary>What becomes of a module's membership (S1.6).</summary>
public enum MembershipChange
{
    /// <summary>It serves the range from now on.</summary>
    Join,

    /// <summary>It serves the range no more; what it reported counts no more.</summary>
    Leave,
}

/// <summary>A module joins or leaves a range, in the topic of memberships under the range's id.</summary>
/// <param name="Module">The execution module.</param>
/// <param name="Change">Whether it comes or goes.</param>
public sealed record MembershipEvent(string Module, MembershipChange Change);
