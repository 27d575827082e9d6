using MedStreams.Streams.Async;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Processing;

/// <summary>
/// Processes the records of one task in the order of their timestamps over its partitions (Kafka Streams'
/// <c>PartitionGroup</c>): of all partitions with records the one whose next record is oldest goes first; equal times go by
/// the order of the partitions. The one way that records run, in the engine and in the test driver. Owned by one thread.
/// </summary>
internal sealed class StreamTask : IDisposable
{
    private const int MaxFlushRounds = 1000;

    private readonly TaskGraph _graph;
    private readonly IDeserializationErrors _errors;
    private TopicPartition[] _inputs;
    private RecordQueue[] _queues;

    /// <summary>A task that is ready for records: its nodes are initialised here.</summary>
    /// <param name="context">The task's context, its stores registered and open.</param>
    /// <param name="graph">The task's nodes.</param>
    /// <param name="inputs">Its source partitions, under the topics' names in the topology.</param>
    /// <param name="errors">What happens to bytes that a serde refuses.</param>
    public StreamTask(
        TaskContext context, TaskGraph graph, IReadOnlyList<TopicPartition> inputs, IDeserializationErrors errors)
    {
        Context = context;
        (_graph, _errors) = (graph, errors);
        _inputs = [.. inputs];
        _queues = [.. inputs.Select(i => graph.SourceOf(i.Topic).CreateQueue(errors))];
        Measure();
        graph.Init();
    }

    public TaskContext Context { get; }

    public IReadOnlyList<TopicPartition> Inputs => _inputs;

    public IReadOnlyList<ExternalSinkNode> ExternalSinks => _graph.ExternalSinks;

    /// <summary>Takes another partition in, as the last; answers its index.</summary>
    public int AddInput(TopicPartition input)
    {
        _inputs = [.. _inputs, input];
        _queues = [.. _queues, _graph.SourceOf(input.Topic).CreateQueue(_errors)];
        if (Context.Metrics is { } metrics)
            MeasureInput(metrics, _queues.Length - 1);
        return _queues.Length - 1;
    }

    /// <summary>The queue of an input partition.</summary>
    public RecordQueue Queue(int input) => _queues[input];

    /// <summary>How many records wait. May be asked by any thread.</summary>
    public long BufferedRecords
    {
        get
        {
            var records = 0L;
            foreach (var queue in _queues)
                records += queue.Count;
            return records;
        }
    }

    /// <summary>True while some partitions have records and others have none.</summary>
    public bool HasGap
    {
        get
        {
            var (any, all) = (false, true);
            foreach (var queue in _queues)
            {
                any |= queue.Count > 0;
                all &= queue.Count > 0;
            }

            return any && !all;
        }
    }

    /// <summary>
    /// True where records wait only because a partition without any may still bring an older one; as of the last
    /// <see cref="ProcessNext(TimeSpan,long)"/>.
    /// </summary>
    public bool IsWaiting { get; private set; }

    /// <summary>The nodes that make calls.</summary>
    public ICallNode[] CallNodes => _graph.CallNodes;

    /// <summary>True while the task takes no records and fires no punctuators, since a commit waits for its calls.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether it may take a record: no commit waits, and its asynchronous nodes have places.</summary>
    public bool HasRoom
    {
        get
        {
            foreach (var node in _graph.CallNodes)
            {
                if (!node.HasRoom)
                    return false;
            }

            return !IsHeld;
        }
    }

    /// <summary>How many records are on their way through asynchronous nodes. May be asked by any thread.</summary>
    public int CallsInFlight
    {
        get
        {
            var calls = 0;
            foreach (var node in _graph.CallNodes)
                calls += node.InFlight;
            return calls;
        }
    }

    /// <inheritdoc cref="ICallNode.ForwardResults"/>
    public void ForwardResults()
    {
        foreach (var node in _graph.CallNodes)
            node.ForwardResults();
    }

    /// <summary>Processes one record, whatever may still come; answers false where none waits.</summary>
    public bool ProcessNext() => ProcessNext(Timeout.InfiniteTimeSpan, 0);

    /// <summary>
    /// Processes one record, if no partition without records may bring an older one (KIP-695): one whose end has not been reached may, and for a while one
    /// whose end has.
    /// </summary>
    /// <param name="maxIdle">How long a partition at its end may bring one; infinite: nothing is waited for, not even what is there.</param>
    /// <param name="now">The wall clock in epoch milliseconds.</param>
    public bool ProcessNext(TimeSpan maxIdle, long now)
    {
        if (!HasRoom)
            return false;
        var next = -1;
        var waits = false;
        for (var i = 0; i < _queues.Length; i++)
        {
            var queue = _queues[i];
            if (queue.Count == 0)
                waits |= queue.MayBringMore(maxIdle, now);
            else if (next < 0 || queue.HeadTimestamp < _queues[next].HeadTimestamp)
                next = i;
        }

        IsWaiting = waits && next >= 0;
        if (next < 0 || waits)
            return false;
        _queues[next].ProcessHead();
        return true;
    }

    /// <summary>Fires the punctuators that are due by the time of the records.</summary>
    public bool PunctuateStreamTime() =>
        !IsHeld && Context.StreamTime >= 0 && Fire(PunctuationType.StreamTime, Context.StreamTime);

    /// <summary>Fires the punctuators that are due by the clock.</summary>
    public bool PunctuateWallClock() =>
        !IsHeld && Context.Punctuations.NextWallClock < long.MaxValue && Fire(PunctuationType.WallClockTime, Context.SystemTime);

    /// <summary>Empties the caches, which forwards and logs: the step before a commit.</summary>
    /// <exception cref="StreamsException">What is flushed writes to cached stores again, without end.</exception>
    public void FlushStores()
    {
        for (var round = 0; round < MaxFlushRounds; round++)
        {
            var again = false;
            foreach (var store in Context.Stores)
                store.Flush();
            foreach (var store in Context.Stores)
                again |= store is IEngineStore { HasUnflushed: true };
            if (!again)
                return;
        }

        throw new StreamsException("A node writes into a cached store above it whenever that store is flushed.")
        {
            Task = Context.TaskId,
        };
    }

    private bool Fire(PunctuationType type, long now)
    {
        var metrics = Context.Metrics;
        var from = metrics?.Thread.Timestamp() ?? 0;
        var fired = Context.Punctuations.Fire(type, now);
        if (fired)
            metrics?.Punctuated(from);
        return fired;
    }

    private void Measure()
    {
        if (Context.Metrics is not { } metrics)
            return;
        _graph.Measure(metrics);
        metrics.RecordTime = () => Context.CurrentTimestamp;
        metrics.BufferedRecords = () => BufferedRecords;
        for (var i = 0; i < _inputs.Length; i++)
            MeasureInput(metrics, i);
    }

    private void MeasureInput(TaskMetrics metrics, int input)
    {
        var topic = _inputs[input].Topic;
        metrics.AddTopic(
            _graph.SourceOf(topic).Name, Context.ResolveTopic(topic), _queues[input].Arrivals, isConsumed: true);
    }

    /// <summary>Closes the nodes; the stores are their owner's to close.</summary>
    public void Dispose() => _graph.Close();
}
