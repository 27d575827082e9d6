namespace MedStreams.Streams;

/// <summary>Why a partition did not answer a query.</summary>
public enum QueryFailure
{
    /// <summary>The store is of another kind than the query, or holds other types.</summary>
    UnknownQueryType,

    /// <summary>Only a standby, or a task that is being restored, has the partition here, and the request wants the active one.</summary>
    NotActive,

    /// <summary>The store does not reach the position that the request wants.</summary>
    NotUpToBound,

    /// <summary>The partition is not here (any more): another instance has it, or it is on its way. Ask again, or elsewhere.</summary>
    NotPresent,

    /// <summary>There is no such partition.</summary>
    DoesNotExist,

    /// <summary>The store could not be read.</summary>
    StoreException,
}

/// <summary>What one partition answered.</summary>
public sealed record QueryResult<TResult>
{
    /// <summary>Null where the partition answered.</summary>
    public QueryFailure? Failure { get; init; }

    /// <summary>Says more about a failure; never any content of the store.</summary>
    public string? FailureMessage { get; init; }

    /// <summary>The answer; default where there is none.</summary>
    public TResult? Result { get; init; }

    /// <summary>How far the store reached when it answered; empty where that is not known, as for standbys.</summary>
    public Position Position { get; init; } = Position.Empty;

    /// <summary>Whether the active task answered; else the answer may be stale.</summary>
    public bool IsActive { get; init; }

    /// <summary>
    /// How many changelog records the store was behind when last asked, where a standby or a task in restore answered; null where that is
    /// not known.
    /// </summary>
    public long? Lag { get; init; }

    /// <summary>Whether the partition answered.</summary>
    public bool IsSuccess => Failure is null;
}

/// <summary>What the partitions answered that this instance has.</summary>
/// <param name="PartitionResults">By partition; empty where none of those asked is here.</param>
public sealed record StateQueryResult<TResult>(IReadOnlyDictionary<int, QueryResult<TResult>> PartitionResults)
{
    /// <summary>The one answer with a value of a query for one key; null where no partition has one.</summary>
    /// <exception cref="InvalidOperationException">Several partitions answered with a value.</exception>
    public QueryResult<TResult>? OnlyPartitionResult =>
        PartitionResults.Values.SingleOrDefault(static r => r is { IsSuccess: true, Result: not null });

    /// <summary>How far the stores that answered reach together.</summary>
    public Position Position =>
        PartitionResults.Values.Aggregate(Position.Empty, static (position, r) => position.Merge(r.Position));
}
