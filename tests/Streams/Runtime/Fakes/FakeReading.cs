using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Tests.Runtime.Fakes;

/// <summary>Reads assigned partitions of the fake cluster.</summary>
internal sealed class FakeReading(FakeKafka kafka)
{
    private readonly Dictionary<TopicPartition, long> _positions = [];
    private readonly HashSet<TopicPartition> _ended = [];

    public void Assign(IEnumerable<StartingPoint> points)
    {
        _positions.Clear();
        _ended.Clear();
        foreach (var point in points)
            _positions.Add(point.Partition, point.Offset);
    }

    public int Poll(int maxRecords, IRecordReceiver receiver)
    {
        var count = 0;
        foreach (var partition in _positions.Keys.ToList())
        {
            using var alone = kafka.Lock.EnterScope(); // no record may come between the last that is read and the end

            var (beginning, last) = kafka.Bounds(partition);
            if (_positions[partition] < beginning || _positions[partition] > last)
            {
                _positions.Remove(partition);
                receiver.OnOutOfRange(partition);
                continue;
            }

            while (count < maxRecords && kafka.Next(partition, _positions[partition]) is var (offset, record))
            {
                receiver.OnRecord(new RawRecord
                {
                    Key = record.Key,
                    HasKey = record.Key is not null,
                    Value = record.Value,
                    HasValue = record.Value is not null,
                    Timestamp = record.Timestamp,
                    Headers = record.Headers,
                    Metadata = new RecordMetadata(partition.Topic, partition.Partition, offset),
                });
                _positions[partition] = offset + 1;
                _ended.Remove(partition);
                count++;
            }

            var end = kafka.DecidedEnd(partition);
            if (count < maxRecords && (_ended.Add(partition) || end > _positions[partition]))
            {
                _positions[partition] = Math.Max(end, _positions[partition]);
                receiver.OnEnd(partition, _positions[partition]);
            }
        }

        return count;
    }
}

internal sealed class FakeRestoreConsumer(FakeKafka kafka) : IRestoreConsumer
{
    private readonly FakeReading _reading = new(kafka);

    public void Assign(IReadOnlyDictionary<TopicPartition, long> from) =>
        _reading.Assign(from.Select(f => new StartingPoint(f.Key, f.Value)));

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver) => _reading.Poll(maxRecords, receiver);

    public void Dispose()
    {
    }
}

/// <summary>The group's consumer: every change of members or <see cref="FakeKafka.Generation"/> is a rebalance.</summary>
internal sealed class FakeConsumer(FakeKafka kafka, string clientId) : IStreamConsumer
{
    private readonly FakeReading _reading = new(kafka);
    private readonly string _memberId = Guid.NewGuid().ToString();
    private IRebalanceListener? _listener;
    private int _generation = -1;

    public void Subscribe(IReadOnlyCollection<string> topics, IRebalanceListener listener)
    {
        _listener = listener;
        Join();
    }

    public void Rejoin()
    {
        lock (kafka.Lock)
            kafka.Rebalance();
    }

    public void Assign(IReadOnlyCollection<StartingPoint> partitions) => _reading.Assign(partitions);

    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver)
    {
        if (kafka.HasCrashed(clientId))
            throw new InvalidOperationException("The process is gone.");
        Serve();
        var count = _reading.Poll(maxRecords, receiver);
        if (count == 0)
            Thread.Yield();
        return count;
    }

    public IReadOnlyDictionary<TopicPartition, long?>? TryCommitted(
        IEnumerable<TopicPartition> partitions, TimeSpan timeout)
    {
        kafka.Journal.Enqueue("committed");
        lock (kafka.Lock)
            return partitions.ToDictionary(p => p, p => kafka.Committed.TryGetValue(p, out var at) ? at : (long?)null);
    }

    public void Commit(IReadOnlyDictionary<TopicPartition, long> offsets)
    {
        lock (kafka.Lock)
        {
            if (_generation != kafka.Generation)
                throw new TransactionLostException("Illegal generation.", false, new InvalidOperationException());
            foreach (var (partition, offset) in offsets)
                kafka.Committed[partition] = offset;
        }
    }

    public void Close()
    {
        if (kafka.IsUnreachable)
            throw new StreamsException("Nobody is there.");
        lock (kafka.Lock)
        {
            if (!kafka.HasCrashed(clientId))
                kafka.Leave(_memberId);
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Follows the group: each generation ends for a member before it joins the next, which begins when all have joined.</summary>
    private void Serve()
    {
        if (_listener is null)
            return;
        int current;
        bool isMember, mustJoin;
        lock (kafka.Lock)
            (current, isMember, mustJoin) = (kafka.Generation, kafka.Members.ContainsKey(_memberId), kafka.MustJoin(_memberId));
        if (!isMember)
        {
            _reading.Assign([]);
            _listener.OnLost();
            Join();
        }
        else if (mustJoin)
        {
            if (_generation == current)
                _listener.OnRevoked();
            _reading.Assign([]);
            Join();
        }
        else if (current != _generation && !IsRebalancing())
        {
            _generation = current;
            _reading.Assign(_listener.OnJoined(_memberId, current, current));
        }
    }

    private bool IsRebalancing()
    {
        lock (kafka.Lock)
            return kafka.IsRebalancing;
    }

    private void Join()
    {
        lock (kafka.Lock)
            kafka.Join(_memberId, clientId);
    }
}
