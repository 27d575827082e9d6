using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.Processing;

/// <summary>Where records enter a task.</summary>
internal abstract class SourceNode(string name) : ProcessorNode(name)
{
    /// <summary>A buffer for the records of one partition that this source reads.</summary>
    public abstract RecordQueue CreateQueue(IDeserializationErrors errors);
}

/// <inheritdoc/>
internal sealed class SourceNode<TKey, TValue>(
    string name,
    TaskContext task,
    ISerde<TKey> keySerde,
    ISerde<TValue> valueSerde,
    TimestampExtractor<TKey, TValue>? extractor)
    : SourceNode(name)
{
    private readonly Output _output = new(name);
    private NodeMetrics? _metrics;

    public override void AddChild(ProcessorNode child) => _output.AddChild(child);

    public override void Measure(TaskMetrics task) => _metrics = task.AddNode(this, isBoundary: true);

    public override RecordQueue CreateQueue(IDeserializationErrors errors) =>
        new RecordQueue<TKey, TValue>(this, keySerde, valueSerde, extractor, errors);

    /// <summary>A record goes no further than here.</summary>
    public void CountDropped() => task.CountDropped();

    /// <summary>Runs a record through the task.</summary>
    public void Process(in Record<TKey, TValue> record, RecordMetadata metadata)
    {
        if (RecordTracing.IsOn)
            Trace(record, metadata);
        else
            Run(record, metadata);
    }

    private void Trace(in Record<TKey, TValue> record, RecordMetadata metadata)
    {
        using var activity = RecordTracing.StartProcessing(task, metadata, record.Headers);
        try
        {
            Run(record, metadata);
        }
        catch (Exception e) when (activity is not null)
        {
            RecordTracing.Fail(activity, e);
            throw;
        }
    }

    private void Run(in Record<TKey, TValue> record, RecordMetadata metadata)
    {
        task.Current = metadata;
        task.CurrentTimestamp = record.Timestamp;
        task.CurrentHeaders = record.Headers;
        task.AdvanceStreamTime(record.Timestamp);
        Processed.Increment();
        _metrics?.Arrived(record.Timestamp);
        _output.Forward(record);
        task.Current = default;
    }

    private sealed class Output(string name) : ForwardingNode<TKey, TValue>(name);
}
