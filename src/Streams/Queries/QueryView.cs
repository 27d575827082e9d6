using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <summary>
/// A store of a task as queries see it: one of the engine's own typed stores over committed content only, with an overlay that stays empty.
/// Used by one thread at a time.
/// </summary>
internal sealed class QueryView(IEngineStore store, StoreBytes bytes)
{
    private readonly ScanPages _pages = bytes.Pages!;

    public IStateStore Store => store;

    public IEngineStore Engine => store;

    /// <summary>A page of entries.</summary>
    public QueryPage<T> Page<T>(Paging paging, IEnumerable<T> entries) => Page(paging, entries, static e => e);

    /// <summary>A page of entries, each changed on the way.</summary>
    [SuppressMessage("Performance", "CA1851", Justification = "The entries are walked once")]
    public QueryPage<TEntry> Page<T, TEntry>(Paging paging, IEnumerable<T> entries, Func<T, TEntry> select)
    {
        if (paging.Limit is < 1 or > QueryLimits.Largest)
            throw new ArgumentOutOfRangeException(nameof(paging), $"The limit of a query is a number from 1 to {QueryLimits.Largest}.");
        _pages.After = paging.After?.Bytes.ToArray();
        var page = new List<TEntry>(Math.Min(paging.Limit, 256));
        try
        {
            foreach (var entry in entries)
            {
                if (page.Count == paging.Limit)
                    return new QueryPage<TEntry>(page, new QueryContinuation(_pages.Last));
                page.Add(select(entry));
                _pages.Note();
            }

            return new QueryPage<TEntry>(page, null);
        }
        finally
        {
            _pages.After = null;
            _pages.Cursor = null;
        }
    }
}
