using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>Lets records through for which the predicate answers <paramref name="keeps"/>.</summary>
internal sealed class FilterNode<TKey, TValue>(string name, Func<TKey, TValue, bool> predicate, bool keeps)
    : ForwardingNode<TKey, TValue>(name), IReceiver<TKey, TValue>
{
    public void Receive(in Record<TKey, TValue> record)
    {
        if (predicate(record.Key, record.Value) == keeps)
            Forward(record);
    }
}

/// <summary>Gives each record a new key and value.</summary>
internal sealed class MapNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name, Func<TKeyIn, TValueIn, (TKeyOut Key, TValueOut Value)> mapper)
    : ForwardingNode<TKeyOut, TValueOut>(name), IReceiver<TKeyIn, TValueIn>
{
    public void Receive(in Record<TKeyIn, TValueIn> record)
    {
        var (key, value) = mapper(record.Key, record.Value);
        Forward(new Record<TKeyOut, TValueOut>(key, value, record.Timestamp, record.Headers));
    }
}

/// <summary>Gives each record a new key.</summary>
internal sealed class SelectKeyNode<TKeyIn, TKeyOut, TValue>(string name, Func<TKeyIn, TValue, TKeyOut> selector)
    : ForwardingNode<TKeyOut, TValue>(name), IReceiver<TKeyIn, TValue>
{
    public void Receive(in Record<TKeyIn, TValue> record) => Forward(record.WithKey(selector(record.Key, record.Value)));
}

/// <summary>Gives each record a new value.</summary>
internal sealed class MapValuesNode<TKey, TValueIn, TValueOut>(string name, Func<TKey, TValueIn, TValueOut> mapper)
    : ForwardingNode<TKey, TValueOut>(name), IReceiver<TKey, TValueIn>
{
    public void Receive(in Record<TKey, TValueIn> record) => Forward(record.WithValue(mapper(record.Key, record.Value)));
}

/// <summary>Makes any number of records of each one.</summary>
internal sealed class FlatMapNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name, Func<TKeyIn, TValueIn, IEnumerable<(TKeyOut Key, TValueOut Value)>> mapper)
    : ForwardingNode<TKeyOut, TValueOut>(name), IReceiver<TKeyIn, TValueIn>
{
    public void Receive(in Record<TKeyIn, TValueIn> record)
    {
        var results = mapper(record.Key, record.Value);
        if (results is (TKeyOut, TValueOut)[] array) // walked without an enumerator
        {
            foreach (var (key, value) in array)
                Forward(new Record<TKeyOut, TValueOut>(key, value, record.Timestamp, record.Headers));
            return;
        }

        foreach (var (key, value) in results)
            Forward(new Record<TKeyOut, TValueOut>(key, value, record.Timestamp, record.Headers));
    }
}

/// <summary>Makes any number of values of each one.</summary>
internal sealed class FlatMapValuesNode<TKey, TValueIn, TValueOut>(
    string name, Func<TKey, TValueIn, IEnumerable<TValueOut>> mapper)
    : ForwardingNode<TKey, TValueOut>(name), IReceiver<TKey, TValueIn>
{
    public void Receive(in Record<TKey, TValueIn> record)
    {
        var values = mapper(record.Key, record.Value);
        if (values is TValueOut[] array) // walked without an enumerator
        {
            foreach (var value in array)
                Forward(record.WithValue(value));
            return;
        }

        foreach (var value in values)
            Forward(record.WithValue(value));
    }
}

/// <summary>Looks at each record and hands it on.</summary>
internal sealed class PeekNode<TKey, TValue>(string name, Action<TKey, TValue> action)
    : ForwardingNode<TKey, TValue>(name), IReceiver<TKey, TValue>
{
    public void Receive(in Record<TKey, TValue> record)
    {
        action(record.Key, record.Value);
        Forward(record);
    }
}

/// <summary>Looks at each record; the end of a stream.</summary>
internal sealed class ForEachNode<TKey, TValue>(string name, Action<TKey, TValue> action)
    : ForwardingNode<TKey, TValue>(name), IReceiver<TKey, TValue>
{
    public void Receive(in Record<TKey, TValue> record) => action(record.Key, record.Value);
}

/// <summary>Hands each record on: where streams meet or a branch begins.</summary>
internal sealed class PassThroughNode<TKey, TValue>(string name)
    : ForwardingNode<TKey, TValue>(name), IReceiver<TKey, TValue>
{
    public void Receive(in Record<TKey, TValue> record) => Forward(record);
}

/// <summary>Hands each record to the child of the first predicate that holds, else to the one after the last, if any.</summary>
internal sealed class BranchNode<TKey, TValue>(string name, Func<TKey, TValue, bool>[] predicates, string[] children)
    : ForwardingNode<TKey, TValue>(name), IReceiver<TKey, TValue>
{
    public void Receive(in Record<TKey, TValue> record)
    {
        for (var i = 0; i < predicates.Length; i++)
        {
            if (!predicates[i](record.Key, record.Value))
                continue;
            Forward(record, children[i]);
            return;
        }

        if (children.Length > predicates.Length)
            Forward(record, children[^1]);
    }
}
