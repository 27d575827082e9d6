using MedStreams.Streams.Dsl.Logical;

namespace MedStreams.Streams;

/// <content>
/// Operators that wait for something outside, such as a service, without keeping other records waiting. What they do counts as done only with
/// their results, which a commit waits for; after a crash a call may be made again, so it should do no harm twice.
/// </content>
public sealed partial class KStream<TKey, TValue>
{
    /// <summary>
    /// The records that a call makes of each one. Calls run at once, in order for each key, bounded, with time-outs and retries (see
    /// <see cref="AsyncOptions"/>). Keys may change, so that a later grouping or join goes through a topic.
    /// </summary>
    /// <param name="call">The call; it runs on threads of the pool, several at a time, and must not use stores.</param>
    /// <param name="options">How calls are made; null for the defaults.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <exception cref="TopologyException">An option is wrong.</exception>
    public KStream<TNewKey, TNewValue> ProcessAsync<TNewKey, TNewValue>(
        AsyncProcessor<TKey, TValue, TNewKey, TNewValue> call, AsyncOptions? options = null, Named? named = null)
    {
        var name = Graph.NameOr(named?.Name, "KSTREAM-PROCESSASYNC-");
        options?.Validate(name);
        var node = new AsyncGraphNode<TKey, TValue, TNewKey, TNewValue>(name, call, options)
        {
            IsKeyChanging = true,
        };
        Graph.Add(Node, node);
        return ChangingKeys<TNewKey, TNewValue>(node, null);
    }

    /// <summary>
    /// The records with new values, each from a call; null makes tombstones. As <see cref="ProcessAsync{TNewKey,TNewValue}"/>, but keys stay, so that no
    /// repartition topic is needed behind it.
    /// </summary>
    /// <param name="mapper">The call; it runs on threads of the pool, several at a time, and must not use stores.</param>
    /// <param name="options">How calls are made; null for the defaults.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <exception cref="TopologyException">An option is wrong.</exception>
    public KStream<TKey, TNewValue> MapValuesAsync<TNewValue>(
        Func<TKey, TValue, CancellationToken, ValueTask<TNewValue>> mapper, AsyncOptions? options = null, Named? named = null)
    {
        var name = Graph.NameOr(named?.Name, "KSTREAM-MAPVALUESASYNC-");
        options?.Validate(name);
        var node = new AsyncGraphNode<TKey, TValue, TKey, TNewValue>(
            name,
            async (record, context) =>
                [record.WithValue(await mapper(record.Key, record.Value, context.CancellationToken).ConfigureAwait(false))],
            options)
        {
            IsValueChanging = true,
        };
        Graph.Add(Node, node);
        return KeepingKeys<TNewValue>(node, null);
    }

    /// <inheritdoc cref="MapValuesAsync{TNewValue}(Func{TKey,TValue,CancellationToken,ValueTask{TNewValue}},AsyncOptions,Named)"/>
    public KStream<TKey, TNewValue> MapValuesAsync<TNewValue>(
        Func<TValue, CancellationToken, ValueTask<TNewValue>> mapper, AsyncOptions? options = null, Named? named = null) =>
        MapValuesAsync((_, value, token) => mapper(value, token), options, named);
}
