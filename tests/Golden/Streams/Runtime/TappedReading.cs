using MedStreams.Streams;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>The group's consumer of a run.</summary>
internal sealed class TappedConsumer(IStreamConsumer consumer, TopicNames names, RunTap tap) : IStreamConsumer
{
    public void Subscribe(IReadOnlyCollection<string> topics, IRebalanceListener listener) =>
        consumer.Subscribe([.. topics.Select(names.ToBroker)], new Listener(listener, names));

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver)
    {
        tap.Polled();
        return consumer.Poll(timeout, 1, new Receiver(receiver, names));
    }

    public void Rejoin() => consumer.Rejoin();

    public void Assign(IReadOnlyCollection<StartingPoint> partitions) =>
        consumer.Assign([.. partitions.Select(p => p with { Partition = names.ToBroker(p.Partition) })]);

    public IReadOnlyDictionary<TopicPartition, long?>? TryCommitted(
        IEnumerable<TopicPartition> partitions, TimeSpan timeout) =>
        consumer.TryCommitted(partitions.Select(names.ToBroker), timeout)?
            .ToDictionary(c => names.FromBroker(c.Key), c => c.Value);

    public void Commit(IReadOnlyDictionary<TopicPartition, long> offsets)
    {
        consumer.Commit(offsets.ToDictionary(o => names.ToBroker(o.Key), o => o.Value));
        foreach (var (partition, next) in offsets)
            tap.Read(partition, next);
    }

    public void Close() => consumer.Close();

    public void Dispose() => consumer.Dispose();

    private sealed class Listener(IRebalanceListener listener, TopicNames names) : IRebalanceListener
    {
        public IReadOnlyCollection<StartingPoint> OnJoined(string memberId, int generation, object groupMetadata) =>
            [.. listener.OnJoined(memberId, generation, groupMetadata).Select(p => p with { Partition = names.ToBroker(p.Partition) })];

        public void OnRevoked() => listener.OnRevoked();

        public void OnLost() => listener.OnLost();
    }
}

/// <summary>A consumer without a group; the one of the global stores tells the tap how far it is.</summary>
internal sealed class TappedReader(IRestoreConsumer consumer, TopicNames names, RunTap? tap) : IRestoreConsumer
{
    private readonly Dictionary<TopicPartition, long> _next = [];

    public void Assign(IReadOnlyDictionary<TopicPartition, long> from) =>
        consumer.Assign(from.ToDictionary(f => names.ToBroker(f.Key), f => f.Value));

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver)
    {
        foreach (var (partition, next) in _next)
            tap?.Read(partition, next);
        return consumer.Poll(timeout, tap is null ? maxRecords : 1, new Receiver(receiver, names, tap is null ? null : _next));
    }

    public void Dispose() => consumer.Dispose();
}

/// <summary>Hands on what a poll brings, under the names of the topology.</summary>
internal sealed class Receiver(IRecordReceiver receiver, TopicNames names, Dictionary<TopicPartition, long>? next = null)
    : IRecordReceiver
{
    public void OnRecord(in RawRecord record)
    {
        var mine = names.FromBroker(record);
        receiver.OnRecord(mine);
        if (next is not null)
            next[new TopicPartition(mine.Metadata.Topic, mine.Metadata.Partition)] = mine.Metadata.Offset + 1;
    }

    public void OnEnd(TopicPartition partition, long offset) => receiver.OnEnd(names.FromBroker(partition), offset);

    public void OnOutOfRange(TopicPartition partition) => receiver.OnOutOfRange(names.FromBroker(partition));
}
