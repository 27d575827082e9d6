using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Suppression;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams;

/// <content>Holding changes back.</content>
public sealed partial class KTable<TKey, TValue>
{
    /// <summary>The same table, telling fewer changes: of several to a key within a time only the last.</summary>
    /// <exception cref="TopologyException">The table keeps versions.</exception>
    public KTable<TKey, TValue> Suppress(TimeLimitSuppression suppressed) =>
        Suppress(
            suppressed.Name,
            new SuppressSettings<TKey>(
                (long)suppressed.TimeToWait.TotalMilliseconds, suppressed.Buffer, static (_, timestamp) => timestamp, false));

    internal KTable<TKey, TValue> Suppress(string? given, SuppressSettings<TKey> settings)
    {
        var name = given ?? Graph.NewName("KTABLE-SUPPRESS-");
        var storeName = given is null ? Graph.NewStoreName("KTABLE-SUPPRESS-") : given + "-store";
        Values.EnableOldValues(force: true);
        var values = new SuppressedTable<TKey, TValue>(
            Values, storeName, () => Graph.Serdes.Resolve(ValueSerde, name, isKey: false));
        OperatorNode? node = null;
        node = new OperatorNode(
            name,
            task => new SuppressNode<TKey, TValue>(
                name,
                task,
                storeName,
                Graph.Serdes.Resolve(KeySerde, name, isKey: true),
                Graph.Serdes.Resolve(ValueSerde, name, isKey: false),
                settings))
        {
            IsOutputVersioned = false,
            Store = writer =>
            {
                if (VersionedSemantics.AppliesTo(node!))
                    throw new TopologyException($"{name} cannot hold back changes of a table that keeps versions.");
                Graph.Serdes.Resolve(ValueSerde, name, isKey: false);
                return new StoreDefinition(Buffer(writer.KeySerde(KeySerde, name), storeName, settings.Buffer), null);
            },
        };
        Graph.Add(Node, node);
        return new KTable<TKey, TValue>(Graph, node, name, Sources, KeySerde, ValueSerde, values, null);
    }

    private static StoreBuilder<IKeyValueStore<TKey, BufferedChange>> Buffer(
        ISerde<TKey> keySerde, string storeName, BufferConfig config)
    {
        // Cached without a listener: of several changes between two commits only the last is logged.
        var builder = Stores
            .KeyValueStoreBuilder(Stores.InMemoryKeyValueStore(storeName), keySerde, new BufferedChangeSerde())
            .WithCachingEnabled();
        return config.LoggingEnabled ? builder.WithLoggingEnabled(config.LogConfig) : builder.WithLoggingDisabled();
    }
}

/// <summary>What only tables of windows can do.</summary>
public static class WindowedTables
{
    /// <summary>The same table, telling a window's result once, when it has closed: stream time has passed its end and grace.</summary>
    /// <exception cref="TopologyException">The table is not made by a windowed aggregation.</exception>
    public static KTable<Windowed<TKey>, TValue> Suppress<TKey, TValue>(
        this KTable<Windowed<TKey>, TValue> table, FinalResultsSuppression suppressed) =>
        table.Suppress(
            suppressed.Name,
            new SuppressSettings<Windowed<TKey>>(
                WindowClose.DelayOf(table.Node), suppressed.Buffer, static (key, _) => key.Window.End, true));
}
