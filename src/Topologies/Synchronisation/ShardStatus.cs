using System.Collections.Immutable;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>How a shard is, in the topic of states by the shard's number.</summary>
/// <param name="Shard">The shard, from 0.</param>
/// <param name="Owner">The instance that works it.</param>
/// <param name="At">When this was so, in epoch milliseconds.</param>
/// <param name="Round">The number of its last round, from 1; 0: none has begun.</param>
/// <param name="RoundAt">When that began, in epoch milliseconds; 0: none has.</param>
public sealed record ShardStatus(int Shard, string Owner, long At, long Round, long RoundAt)
{
    /// <summary>Whether everything is paused.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Whether the data that new tasks depend on is there.</summary>
    public bool HasData { get; init; }

    /// <summary>How many groups there are.</summary>
    public int Groups { get; init; }

    /// <summary>How many of them have unfinished tasks.</summary>
    public int Running { get; init; }

    /// <summary>The operators that groups have cards of.</summary>
    public ImmutableArray<ShardOperator> Operators { get; init; } = [];

    /// <summary>Whether another state differs in nothing but its time.</summary>
    internal bool SaysAs(ShardStatus other) =>
        Operators.SequenceEqual(other.Operators) && this with { Operators = other.Operators, At = other.At } == other;
}

/// <summary>How a shard is with one operator.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Tasks">Unfinished tasks.</param>
/// <param name="Total">The cards that these have to synchronise.</param>
/// <param name="Settled">The cards that they are done with.</param>
/// <param name="Calling">Calls on their way.</param>
/// <param name="Left">Unfinished tasks that have left the round.</param>
public sealed record ShardOperator(string Operator, int Tasks, long Total, long Settled, int Calling, int Left)
{
    /// <summary>Why it is not called; null where it is.</summary>
    public string? Held { get; init; }

    /// <summary>Until when at least it is not called, in epoch milliseconds; null where it is.</summary>
    public long? HeldUntil { get; init; }

    /// <summary>Whether its circuit breaker is open.</summary>
    public bool IsBreakerOpen { get; init; }
}
