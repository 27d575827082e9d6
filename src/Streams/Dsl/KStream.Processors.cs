using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;

namespace MedStreams.Streams;

/// <content>Processors of the user's. Stores are always given in brackets, since a text alone could be a name or a store.</content>
public sealed partial class KStream<TKey, TValue>
{
    private const string Ambiguous = "Write Named.As(\"...\") for the node's name, or [\"...\"] for the stores.";

    /// <summary>Runs processors of the user's, one for each task. Keys may change, so that a later grouping or join goes through a topic.</summary>
    /// <param name="supplier">Makes a new processor at each call.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="stores">Names of the stores that it may use, added with <see cref="StreamsBuilder.AddStateStore"/>.</param>
    public KStream<TNewKey, TNewValue> Process<TNewKey, TNewValue>(
        Func<IProcessor<TKey, TValue, TNewKey, TNewValue>> supplier,
        Named? named = null,
        IReadOnlyList<string>? stores = null)
    {
        var name = named?.Name ?? Graph.NewName("KSTREAM-PROCESSOR-");
        var node = new UserProcessorNode<TKey, TValue, TNewKey, TNewValue>(name, supplier, stores ?? [])
        {
            IsKeyChanging = true,
        };
        Graph.Add(Node, node);
        return ChangingKeys<TNewKey, TNewValue>(node, null);
    }

    /// <inheritdoc cref="Process{TNewKey,TNewValue}(Func{IProcessor{TKey,TValue,TNewKey,TNewValue}},Named,IReadOnlyList{string})"/>
    public KStream<TNewKey, TNewValue> Process<TNewKey, TNewValue>(
        Func<IProcessor<TKey, TValue, TNewKey, TNewValue>> supplier, IReadOnlyList<string> stores) =>
        Process(supplier, null, stores);

    /// <summary>
    /// Runs processors of the user's, one for each task, with stores that are added here (Kafka Streams'
    /// <c>ConnectedStoreProvider</c>).
    /// </summary>
    /// <param name="supplier">Makes a new processor at each call.</param>
    /// <param name="stores">The stores; the same builder may be given to several processors, which then share its store.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    public KStream<TNewKey, TNewValue> Process<TNewKey, TNewValue>(
        Func<IProcessor<TKey, TValue, TNewKey, TNewValue>> supplier,
        IReadOnlyList<IStoreBuilder> stores,
        Named? named = null) => Process(supplier, named, Graph.AddStores(stores));

    /// <summary>Not to be used: a text alone could be a name or a store.</summary>
    [Obsolete(Ambiguous, error: true)]
    public KStream<TNewKey, TNewValue> Process<TNewKey, TNewValue>(
        Func<IProcessor<TKey, TValue, TNewKey, TNewValue>> supplier, string nameOrStore) =>
        throw new NotSupportedException(Ambiguous + nameOrStore);

    /// <summary>Runs processors of the user's that keep the keys, so that no repartition topic is needed behind them.</summary>
    /// <param name="supplier">Makes a new processor at each call.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="stores">Names of the stores that it may use, added with <see cref="StreamsBuilder.AddStateStore"/>.</param>
    public KStream<TKey, TNewValue> ProcessValues<TNewValue>(
        Func<IFixedKeyProcessor<TKey, TValue, TNewValue>> supplier,
        Named? named = null,
        IReadOnlyList<string>? stores = null)
    {
        var name = named?.Name ?? Graph.NewName("KSTREAM-PROCESSVALUES-");
        var node = new UserProcessorNode<TKey, TValue, TKey, TNewValue>(
            name, () => new FixedKeyAdapter<TKey, TValue, TNewValue>(supplier()), stores ?? [])
        {
            IsValueChanging = true,
        };
        Graph.Add(Node, node);
        return KeepingKeys<TNewValue>(node, null);
    }

    /// <inheritdoc cref="ProcessValues{TNewValue}(Func{IFixedKeyProcessor{TKey,TValue,TNewValue}},Named,IReadOnlyList{string})"/>
    public KStream<TKey, TNewValue> ProcessValues<TNewValue>(
        Func<IFixedKeyProcessor<TKey, TValue, TNewValue>> supplier, IReadOnlyList<string> stores) =>
        ProcessValues(supplier, null, stores);

    /// <summary>Runs processors of the user's that keep the keys, with stores that are added here.</summary>
    /// <param name="supplier">Makes a new processor at each call.</param>
    /// <param name="stores">The stores; the same builder may be given to several processors, which then share its store.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    public KStream<TKey, TNewValue> ProcessValues<TNewValue>(
        Func<IFixedKeyProcessor<TKey, TValue, TNewValue>> supplier,
        IReadOnlyList<IStoreBuilder> stores,
        Named? named = null) => ProcessValues(supplier, named, Graph.AddStores(stores));

    /// <summary>Not to be used: a text alone could be a name or a store.</summary>
    [Obsolete(Ambiguous, error: true)]
    public KStream<TKey, TNewValue> ProcessValues<TNewValue>(
        Func<IFixedKeyProcessor<TKey, TValue, TNewValue>> supplier, string nameOrStore) =>
        throw new NotSupportedException(Ambiguous + nameOrStore);
}
