using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <summary>A table that every instance keeps whole; see <see cref="StreamsBuilder.GlobalTable{TKey,TValue}(string,Consumed{TKey,TValue},Materialized{TKey,TValue})"/>.</summary>
/// <typeparam name="TKey">Type of the keys, never null.</typeparam>
/// <typeparam name="TValue">Type of the values: a reference type or a <see cref="Nullable{T}"/>.</typeparam>
public sealed class GlobalKTable<TKey, TValue>
{
    internal GlobalKTable(string name, string store, string? queryableStoreName)
    {
        if (default(TValue) is not null)
        {
            throw new TopologyException(
                $"The global table {name} has values of type {typeof(TValue).Name}, which cannot be null, so no key could be "
                + $"deleted: use {typeof(TValue).Name}?.");
        }

        QueryableStoreName = queryableStoreName;
        // A global store is open to all nodes: none is connected to it.
        Getters = new TableGetters<TKey, TValue>([], task => TableStore<TKey, TValue>.Open(task, store));
    }

    /// <summary>The store in which the table can be queried; null where the user named none.</summary>
    public string? QueryableStoreName { get; }

    internal TableGetters<TKey, TValue> Getters { get; }
}
