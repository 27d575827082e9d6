using System.Collections.Immutable;

namespace MedStreams.Streams;

/// <summary>A query with all that concerns how it is answered (KIP-796).</summary>
public sealed record StateQueryRequest<TResult>
{
    /// <summary>The store's name in the topology.</summary>
    public required string StoreName { get; init; }

    /// <summary>The question.</summary>
    public required IQuery<TResult> Query { get; init; }

    /// <summary>How far the store must reach; default: no matter.</summary>
    public PositionBound PositionBound { get; init; } = PositionBound.Unbounded;

    /// <summary>The partitions to ask; null: all that this instance has.</summary>
    public ImmutableSortedSet<int>? Partitions { get; init; }

    /// <summary>Asks only tasks that run here, not standbys and not tasks that are being restored.</summary>
    public bool RequireActive { get; init; }

    /// <summary>The same request for some partitions only.</summary>
    public StateQueryRequest<TResult> WithPartitions(params IEnumerable<int> partitions) =>
        this with { Partitions = [.. partitions] };
}

/// <summary>Begins a <see cref="StateQueryRequest{TResult}"/>: <c>StateQueryRequest.InStore("counts").WithQuery(query)</c>.</summary>
public sealed class StateQueryRequest
{
    private readonly string _store;

    private StateQueryRequest(string store) => _store = store;

    /// <summary>A request to a store.</summary>
    public static StateQueryRequest InStore(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new StateQueryRequest(name);
    }

    /// <summary>The request with its question.</summary>
    public StateQueryRequest<TResult> WithQuery<TResult>(IQuery<TResult> query) => new() { StoreName = _store, Query = query };
}
