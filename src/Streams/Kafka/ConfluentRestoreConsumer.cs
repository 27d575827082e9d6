using Confluent.Kafka;

namespace MedStreams.Streams.Kafka;

/// <summary>A consumer without a group over Confluent.Kafka.</summary>
internal sealed class ConfluentRestoreConsumer : IRestoreConsumer
{
    private readonly ConfluentPolling _polling;
    private readonly IConsumer<ByteSlice, ByteSlice> _consumer;

    // A read_committed consumer answers the last stable offset for the end, so another one asks for the high watermark.
    private readonly Lazy<IConsumer<Ignore, Ignore>> _bounds;

    public ConfluentRestoreConsumer(IReadOnlyDictionary<string, string> settings)
    {
        var arena = new ByteArena();
        _polling = new ConfluentPolling(arena);
        _consumer = new ConsumerBuilder<ByteSlice, ByteSlice>(settings)
            .SetKeyDeserializer(arena)
            .SetValueDeserializer(arena)
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        _bounds = new Lazy<IConsumer<Ignore, Ignore>>(() => new ConsumerBuilder<Ignore, Ignore>(
                new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["isolation.level"] = "read_uncommitted" })
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build());
    }

    public void Assign(IReadOnlyDictionary<TopicPartition, long> from) =>
        _consumer.Assign(from.Select(ConfluentTypes.ToConfluent).ToList());

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver) =>
        _polling.Poll(_consumer, timeout, maxRecords, receiver);

    public (long Beginning, long End)? TryBounds(TopicPartition partition, TimeSpan timeout)
    {
        try
        {
            var bounds = _bounds.Value.QueryWatermarkOffsets(partition.ToConfluent(), timeout);
            return (bounds.Low.Value, bounds.High.Value);
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (_bounds.IsValueCreated)
            _bounds.Value.Dispose();
        _consumer.Close();
        _consumer.Dispose();
    }
}
