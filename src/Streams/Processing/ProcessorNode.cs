namespace MedStreams.Streams.Processing;

/// <summary>A node of one task's graph. Children are called directly, typed, without boxing.</summary>
internal abstract class ProcessorNode(string name)
{
    public string Name { get; } = name;

    /// <summary>Links a child by name.</summary>
    /// <exception cref="TopologyException">The child takes other types than this node forwards.</exception>
    public abstract void AddChild(ProcessorNode child);

    public virtual void Init()
    {
    }

    public virtual void Close()
    {
    }
}

/// <summary>A node that takes records of these types.</summary>
internal interface IReceiver<TKey, TValue>
{
    void Receive(in Record<TKey, TValue> record);
}

/// <summary>The outgoing side of a node.</summary>
internal abstract class ForwardingNode<TKey, TValue>(string name) : ProcessorNode(name)
{
    private IReceiver<TKey, TValue>[] _children = [];
    private string[] _names = [];

    public override void AddChild(ProcessorNode child)
    {
        if (child is not IReceiver<TKey, TValue> receiver)
        {
            throw new TopologyException(
                $"{Name} forwards <{typeof(TKey).Name}, {typeof(TValue).Name}>, which {child.Name} does not take.");
        }

        _children = [.. _children, receiver];
        _names = [.. _names, child.Name];
    }

    public void Forward(in Record<TKey, TValue> record)
    {
        var children = _children;
        var at = 0;
        try
        {
            for (; at < children.Length; at++)
                children[at].Receive(record);
        }
        catch (Exception e) when (FailureSite.Mark(e, _names[at]))
        {
            throw;
        }
    }

    public void Forward(in Record<TKey, TValue> record, string childName)
    {
        var index = Array.IndexOf(_names, childName);
        if (index < 0)
            throw new StreamsException($"{Name} has no child named {childName}; it has {string.Join(", ", _names)}.");
        try
        {
            _children[index].Receive(record);
        }
        catch (Exception e) when (FailureSite.Mark(e, childName))
        {
            throw;
        }
    }
}

/// <summary>A node that runs a processor of the user's or of the DSL, and is that processor's context.</summary>
internal sealed class ProcessorNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name,
    TaskContext task,
    IReadOnlySet<string> stores,
    IProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> processor)
    : ForwardingNode<TKeyOut, TValueOut>(name), IReceiver<TKeyIn, TValueIn>,
        IFixedKeyProcessorContext<TKeyOut, TValueOut>
{
    public TaskContext Task => task;

    public string ApplicationId => task.ApplicationId;

    public TaskId TaskId => task.TaskId;

    public RecordMetadata? RecordMetadata => task.Current.Topic is null ? null : task.Current;

    public long CurrentStreamTimeMs => task.StreamTime;

    public long CurrentSystemTimeMs => task.SystemTime;

    public void Receive(in Record<TKeyIn, TValueIn> record)
    {
        // Stores log with the time and headers of the record that their node is processing.
        var (timestamp, headers) = (task.CurrentTimestamp, task.CurrentHeaders);
        task.CurrentTimestamp = record.Timestamp;
        task.CurrentHeaders = record.Headers;
        processor.Process(record);
        task.CurrentTimestamp = timestamp;
        task.CurrentHeaders = headers;
    }

    public TStore GetStateStore<TStore>(string name)
        where TStore : class, IStateStore
    {
        if (!stores.Contains(name) || task.Store(name) is not { } store)
        {
            throw new StreamsException($"{Name} has no store named {name}: connect it when the processor is added.")
            {
                Task = task.TaskId,
            };
        }

        return store as TStore
            ?? throw new StreamsException($"The store {name} is a {store.GetType().Name}, not a {typeof(TStore).Name}.");
    }

    public ICancellable Schedule(TimeSpan interval, PunctuationType type, Action<long> callback) =>
        task.Punctuations.Add(
            (long)interval.TotalMilliseconds,
            type,
            type == PunctuationType.StreamTime ? task.StreamTime : task.SystemTime,
            callback);

    public void Commit() => task.CommitRequested = true;

    public override void Init() => processor.Init(this);

    public override void Close() => processor.Close();
}
