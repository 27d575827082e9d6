namespace MedStreams.Streams.Queries;

/// <summary>The partitions of a store that are here, at each question anew.</summary>
/// <param name="name">The store's name.</param>
/// <param name="tasks">Those that may answer now; throws where none is here.</param>
internal sealed class LocalStore(string name, Func<IReadOnlyList<QueryableTask>> tasks)
{
    /// <summary>What a query answers on each partition.</summary>
    /// <exception cref="InvalidStateStoreException">The store is not here (any more), or is of another kind.</exception>
    public IEnumerable<TResult?> AskEach<TResult>(IQuery<TResult> query)
    {
        foreach (var task in tasks())
            yield return Ask(task, query);
    }

    /// <summary>What one partition answers.</summary>
    /// <exception cref="InvalidStateStoreException">The store is not here (any more), or is of another kind.</exception>
    public TResult? Ask<TResult>(QueryableTask task, IQuery<TResult> query)
    {
        var result = default(TResult);
        if (!task.TryAsk(name, view => ((IStoreQuery<TResult>)query).TryRun(view, out result), out var fits))
        {
            throw new InvalidStateStoreException(
                InvalidStateStoreReason.Migrated, $"Partition {task.TaskId.Partition} of the store {name} has left this instance.");
        }

        return fits
            ? result
            : throw new InvalidStateStoreException(
                InvalidStateStoreReason.UnknownStore, $"The store {name} is of another kind, or holds other types, than it was asked for.");
    }

    /// <summary>All entries of all partitions, page by page: a partition's in its order, the partitions one after the other.</summary>
    public IEnumerable<TEntry> Walk<TEntry>(Func<QueryContinuation?, IQuery<QueryPage<TEntry>>> queryAfter)
    {
        foreach (var task in tasks())
        {
            QueryContinuation? after = null;
            do
            {
                var page = Ask(task, queryAfter(after))!;
                foreach (var entry in page.Entries)
                    yield return entry;
                after = page.Next;
            }
            while (after is not null);
        }
    }

    /// <summary>A number of each partition, added up.</summary>
    public long Sum(Func<QueryView, long> number)
    {
        var sum = 0L;
        foreach (var task in tasks())
            sum += task.TryAsk(name, number, out var part) ? part : 0;
        return sum;
    }
}
