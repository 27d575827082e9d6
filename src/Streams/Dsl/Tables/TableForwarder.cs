using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>
/// Hands a table's changes on after they went into its store: at once, or, where the store has a cache, when that is
/// flushed.
/// </summary>
internal sealed class TableForwarder<TKey, TValue>
{
    private readonly ForwardingNode<TKey, Change<TValue>> _node;
    private readonly bool _sendsOldValues;
    private readonly bool _isCached;

    /// <summary>Listens to the store's cache, if it has one.</summary>
    public TableForwarder(ForwardingNode<TKey, Change<TValue>> node, IStateStore store, bool sendsOldValues)
    {
        (_node, _sendsOldValues) = (node, sendsOldValues);
        _isCached = store is ICachedStore<TKey, ValueAndTimestamp<TValue>?> cached
            && cached.SetFlushListener(OnFlush, sendsOldValues);
    }

    /// <summary>Hands a change on, unless the cache will do so.</summary>
    public void Forward(in Record<TKey, Change<TValue>> record)
    {
        if (_isCached)
            return;
        if (_sendsOldValues)
            _node.Forward(record);
        else
            _node.Forward(record.WithValue(record.Value with { Old = default }));
    }

    private void OnFlush(in Record<TKey, Change<ValueAndTimestamp<TValue>?>> record)
    {
        var (now, before) = (record.Value.New, record.Value.Old);
        _node.Forward(new Record<TKey, Change<TValue>>(
            record.Key,
            new Change<TValue>(now.ValueOrNull(), before.ValueOrNull()),
            now?.Timestamp ?? record.Timestamp,
            record.Headers));
    }
}
