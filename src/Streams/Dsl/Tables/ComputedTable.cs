using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>A table computed from another, value by value; kept in a store only where it has a name.</summary>
/// <param name="parent">The table that it is computed from.</param>
/// <param name="store">The store that keeps it; null for none.</param>
internal abstract class ComputedTable<TKey, TParent, TValue>(TableValues<TKey, TParent> parent, string? store)
    : TableValues<TKey, TValue>
{
    /// <summary>Takes old values along where the parent sends them already, which filters do.</summary>
    public void InheritOldValues() => SendsOldValues = parent.SendsOldValues;

    public override bool EnableOldValues(bool force)
    {
        if (store is not null || parent.EnableOldValues(force))
            SendsOldValues = true;
        return SendsOldValues;
    }

    public override TableGetters<TKey, TValue> Getters()
    {
        if (store is not null)
            return TableGetters<TKey, TValue>.OfStore(store);
        var inner = parent.Getters();
        return new TableGetters<TKey, TValue>(
            [.. inner.StoreNames, .. Stores], task => CreateGetter(inner.Create(task), task));
    }

    /// <summary>The stores that the computation itself reads.</summary>
    protected virtual IEnumerable<string> Stores => [];

    protected abstract TableGetter<TKey, TValue> CreateGetter(TableGetter<TKey, TParent> parent, TaskContext task);
}

/// <summary>Computes what a table holds from what another holds.</summary>
internal abstract class ComputedGetter<TKey, TParent, TValue>(TableGetter<TKey, TParent> parent) : TableGetter<TKey, TValue>
{
    public override bool IsVersioned => parent.IsVersioned;

    public override ValueAndTimestamp<TValue>? Get(TKey key) => Compute(key, parent.Get(key));

    public override ValueAndTimestamp<TValue>? Get(TKey key, long asOf) => Compute(key, parent.Get(key, asOf));

    protected abstract ValueAndTimestamp<TValue>? Compute(TKey key, ValueAndTimestamp<TParent>? entry);
}

/// <summary>A table computed by a function.</summary>
internal sealed class DerivedTable<TKey, TParent, TValue>(
    TableValues<TKey, TParent> parent,
    Func<TKey, TParent, TValue?> compute,
    string? store)
    : ComputedTable<TKey, TParent, TValue>(parent, store)
{
    protected override TableGetter<TKey, TValue> CreateGetter(TableGetter<TKey, TParent> parent, TaskContext task) =>
        new Getter(parent, compute);

    private sealed class Getter(TableGetter<TKey, TParent> parent, Func<TKey, TParent, TValue?> compute)
        : ComputedGetter<TKey, TParent, TValue>(parent)
    {
        protected override ValueAndTimestamp<TValue>? Compute(TKey key, ValueAndTimestamp<TParent>? entry) =>
            entry is { Value: { } value } && compute(key, value) is { } computed
                ? new ValueAndTimestamp<TValue>(computed, entry.Value.Timestamp)
                : null;
    }
}
