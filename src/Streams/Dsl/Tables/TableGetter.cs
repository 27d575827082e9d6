using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>Answers what a table holds, in one task.</summary>
internal abstract class TableGetter<TKey, TValue>
{
    public virtual bool IsVersioned => false;

    public abstract ValueAndTimestamp<TValue>? Get(TKey key);

    /// <summary>What the table held at a time; for versioned tables only.</summary>
    public virtual ValueAndTimestamp<TValue>? Get(TKey key, long asOf) =>
        throw new StreamsException("The table keeps no versions.");
}

/// <summary>Makes the getters of a table.</summary>
/// <param name="StoreNames">The stores that they read, to be connected to the nodes that use them.</param>
/// <param name="Create">Makes one for a task; called when the stores are open.</param>
internal sealed record TableGetters<TKey, TValue>(
    IReadOnlyList<string> StoreNames, Func<TaskContext, TableGetter<TKey, TValue>> Create)
{
    /// <summary>Getters that read one store.</summary>
    public static TableGetters<TKey, TValue> OfStore(string store) =>
        new([store], task => TableStore<TKey, TValue>.Open(task, store));
}

/// <summary>
/// What operators downstream need of a table's: its values by key, and whether its changes carry old values. What they
/// need decides which tables are kept in stores, so it is settled before nodes are written.
/// </summary>
internal abstract class TableValues<TKey, TValue>
{
    /// <summary>Whether changes carry old values.</summary>
    public bool SendsOldValues { get; protected set; }

    /// <summary>Whether an operator downstream looks values up by key.</summary>
    public bool IsLookedUp { get; protected set; }

    /// <summary>Asks for old values in changes.</summary>
    /// <param name="force">Keep the table in a store if that is what it takes.</param>
    /// <returns>Whether they come.</returns>
    public abstract bool EnableOldValues(bool force);

    /// <summary>Asks for values by key; keeps the table, or one upstream, in a store.</summary>
    public abstract TableGetters<TKey, TValue> Getters();
}

/// <summary>A table that is always kept in a store.</summary>
internal sealed class StoredTable<TKey, TValue>(string store) : TableValues<TKey, TValue>
{
    public override bool EnableOldValues(bool force) => SendsOldValues = true;

    public override TableGetters<TKey, TValue> Getters() => TableGetters<TKey, TValue>.OfStore(store);
}

/// <summary>A topic's table, kept in a store where it has a name or somebody needs it.</summary>
internal sealed class SourceTable<TKey, TValue>(string store, bool isMaterialized) : TableValues<TKey, TValue>
{
    public bool IsMaterialized { get; private set; } = isMaterialized;

    public override bool EnableOldValues(bool force)
    {
        if (!force && !IsMaterialized)
            return false;
        IsMaterialized = true;
        return SendsOldValues = true;
    }

    public override TableGetters<TKey, TValue> Getters()
    {
        IsMaterialized = true;
        return TableGetters<TKey, TValue>.OfStore(store);
    }
}
