using Confluent.Kafka;

namespace MedStreams.Streams.Kafka;

/// <summary>A consumer without a group over Confluent.Kafka.</summary>
internal sealed class ConfluentRestoreConsumer : IRestoreConsumer
{
    private readonly ConfluentPolling _polling;
    private readonly IConsumer<ByteSlice, ByteSlice> _consumer;

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
        _polling.Attach(_consumer);
    }

    public void Assign(IReadOnlyDictionary<TopicPartition, long> from)
    {
        AssignmentBarrier.Await(_consumer);
        _consumer.Assign(from.Select(ConfluentTypes.ToConfluent).ToList());
    }

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver) =>
        _polling.Poll(_consumer, timeout, maxRecords, receiver);

    public void Dispose()
    {
        _polling.Dispose();
        AssignmentBarrier.Await(_consumer);
        _consumer.Close();
        _consumer.Dispose();
    }
}
