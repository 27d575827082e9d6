using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.Processing;

/// <summary>A node of one task's graph. Children are called directly, typed, without boxing.</summary>
internal abstract class ProcessorNode(string name)
{
    public string Name { get; } = name;

    /// <summary>Counts the records that the node took.</summary>
    public Sensor Processed { get; } = new(0);

    /// <summary>Links a child by name.</summary>
    /// <exception cref="TopologyException">The child takes other types than this node forwards.</exception>
    public abstract void AddChild(ProcessorNode child);

    public virtual void Init()
    {
    }

    public virtual void Close()
    {
    }

    /// <summary>Makes the node's metrics part of its task's; called once, before <see cref="Init"/>.</summary>
    public virtual void Measure(TaskMetrics task) => task.AddNode(this);
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
    private Sensor[] _processed = [];
    private string[] _names = [];

    public override void AddChild(ProcessorNode child)
    {
        if (child is not IReceiver<TKey, TValue> receiver)
        {
            throw new TopologyException(
                $"{Name} forwards <{typeof(TKey).Name}, {typeof(TValue).Name}>, which {child.Name} does not take.");
        }

        _children = [.. _children, receiver];
        _processed = [.. _processed, child.Processed];
        _names = [.. _names, child.Name];
    }

    public void Forward(in Record<TKey, TValue> record)
    {
        var children = _children;
        var at = 0;
        try
        {
            for (; at < children.Length; at++)
            {
                _processed[at].Increment();
                children[at].Receive(record);
            }
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
            _processed[index].Increment();
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
        IProcessorContext<TKeyOut, TValueOut>
{
    private readonly NodeContext _context = new(name, task, stores);

    public TaskContext Task => task;

    public string ApplicationId => _context.ApplicationId;

    public TaskId TaskId => _context.TaskId;

    public RecordMetadata? RecordMetadata => _context.RecordMetadata;

    public long CurrentStreamTimeMs => _context.CurrentStreamTimeMs;

    public long CurrentSystemTimeMs => _context.CurrentSystemTimeMs;

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
        where TStore : class, IStateStore => _context.GetStateStore<TStore>(name);

    public ICancellable Schedule(TimeSpan interval, PunctuationType type, Action<long> callback) =>
        _context.Schedule(interval, type, callback);

    public ICancellable Schedule(
        DateTimeOffset startTime, TimeSpan interval, PunctuationType type, Action<long> callback) =>
        _context.Schedule(startTime, interval, type, callback);

    public void Commit() => _context.Commit();

    public override void Init() => processor.Init(this);

    public override void Close() => processor.Close();
}
