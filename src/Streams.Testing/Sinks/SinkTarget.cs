namespace MedStreams.Streams.Testing;

/// <summary>
/// A target of a sink, for <see cref="SinkConformance"/>: empty when it is made, of its own for each case. The sink under test appends: each
/// record that it takes is to be found once.
/// </summary>
public abstract class SinkTarget<TKey, TValue> : IAsyncDisposable
{
    /// <summary>A sink onto the target, as another process would make it. Where it can be disposed of, the kit does so.</summary>
    public abstract ISink<TKey, TValue> OpenSink();

    /// <summary>The record of a number, from 0; different for each.</summary>
    public abstract Record<TKey, TValue> MakeRecord(int number);

    /// <summary>A record that the target refuses for its content; null where it refuses none, and cases that need one are left out.</summary>
    public virtual Record<TKey, TValue>? MakeRefusedRecord(int number) => null;

    /// <summary>The numbers of the records that the target holds, each as often as it is there, in any order.</summary>
    public abstract ValueTask<IReadOnlyList<int>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes the target unreachable until what this answers is disposed of; null where it cannot be, and cases that need it are left out.
    /// </summary>
    public virtual ValueTask<IAsyncDisposable?> BeginOutageAsync(CancellationToken cancellationToken) => new((IAsyncDisposable?)null);

    /// <summary>
    /// Ends a sink and a claim as the death of their process would: nothing is committed, nothing is given back. Disposes of both where a
    /// target does not know better, for instance by ending their connections.
    /// </summary>
    public virtual async ValueTask KillAsync(ISink<TKey, TValue> sink, ISinkWriter<TKey, TValue> writer)
    {
        await writer.DisposeAsync();
        if (sink is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    /// <summary>Removes the target.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
