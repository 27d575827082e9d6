using System.Buffers;
using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.Processing;

/// <summary>Where records leave a task for a topic.</summary>
internal sealed class SinkNode<TKey, TValue>(
    string name,
    TaskContext task,
    string? topic,
    TopicNameExtractor<TKey, TValue>? extractor,
    ISerde<TKey> keySerde,
    ISerde<TValue> valueSerde,
    StreamPartitioner<TKey, TValue>? partitioner)
    : ProcessorNode(name), IReceiver<TKey, TValue>
{
    private readonly ArrayBufferWriter<byte> _key = new(256);
    private readonly ArrayBufferWriter<byte> _value = new(1024);
    private readonly Dictionary<string, TopicCounter> _counters = new(StringComparer.Ordinal);
    private NodeMetrics? _metrics;
    private TopicCounter? _counter;
    private string? _counted;

    public override void AddChild(ProcessorNode child) =>
        throw new TopologyException($"{Name} is a sink and can have no children such as {child.Name}.");

    public override void Measure(TaskMetrics task) => _metrics = task.AddNode(this, isBoundary: true);

    public void Receive(in Record<TKey, TValue> record)
    {
        if (record.Timestamp < 0)
        {
            throw new StreamsException($"{Name} got a record with the negative timestamp {record.Timestamp}.")
            {
                Task = task.TaskId,
            };
        }

        var to = extractor is null
            ? topic!
            : extractor(record, task.Current.Topic is null ? null : task.Current);
        to = task.ResolveTopic(to);
        var partition = partitioner?.Invoke(to, record.Key, record.Value, task.Collector.PartitionCount(to));
        _key.ResetWrittenCount();
        _value.ResetWrittenCount();

        // In conditions only: as values, tests for null box value types until the compiler optimises the method.
        var (hasKey, hasValue) = (false, false);
        if (record.Key is not null)
        {
            keySerde.Serialize(record.Key, _key, new SerdeContext(to, true, record.Headers));
            hasKey = true;
        }

        if (record.Value is not null)
        {
            valueSerde.Serialize(record.Value, _value, new SerdeContext(to, false, record.Headers));
            hasValue = true;
        }

        var headers = record.Headers;
        using var activity = RecordTracing.IsOn ? RecordTracing.StartSending(to, partition, ref headers) : null;
        task.Collector.Send(new OutgoingRecord
        {
            Topic = to,
            Partition = partition,
            Key = _key.WrittenSpan,
            HasKey = hasKey,
            Value = _value.WrittenSpan,
            HasValue = hasValue,
            Timestamp = record.Timestamp,
            Headers = headers,
        });
        if (_metrics is null)
            return;
        _metrics.Arrived(record.Timestamp);
        CounterOf(to).Add(_key.WrittenCount + _value.WrittenCount);
    }

    // Nearly always the same topic as before.
    private TopicCounter CounterOf(string to)
    {
        if (ReferenceEquals(to, _counted))
            return _counter!;
        if (!_counters.TryGetValue(to, out var counter))
        {
            _counters.Add(to, counter = new TopicCounter());
            _metrics!.AddTopic(to, counter, isConsumed: false);
        }

        (_counted, _counter) = (to, counter);
        return counter;
    }
}
