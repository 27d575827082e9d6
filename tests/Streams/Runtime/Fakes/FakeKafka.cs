using System.Collections.Concurrent;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Tests.Runtime.Fakes;

/// <summary>A record as the fake cluster keeps it.</summary>
internal sealed record FakeRecord(byte[]? Key, byte[]? Value, long Timestamp, Headers Headers)
{
    /// <summary>Null: committed or never in a transaction; else the transaction that decides.</summary>
    public FakeTransaction? Transaction { get; init; }

    public bool IsVisible => Transaction is null or { Outcome: true };

    public bool IsDecided => Transaction is null or { Outcome: not null };

    public string KeyText => Key is null ? "" : System.Text.Encoding.UTF8.GetString(Key);

    public string ValueText => Value is null ? "" : System.Text.Encoding.UTF8.GetString(Value);
}

internal sealed class FakeTransaction
{
    public bool? Outcome { get; set; }

    public Dictionary<TopicPartition, long> Offsets { get; } = [];
}

/// <summary>
/// A Kafka cluster of one process, as much as the engine's seam sees of it, whose failures a test can order. Every call takes the
/// one lock, so it is safe for use by several threads.
/// </summary>
internal sealed class FakeKafka : IKafkaClients
{
    private readonly Dictionary<TopicPartition, List<FakeRecord>> _logs = [];
    private readonly Dictionary<string, int> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal);
    private readonly Dictionary<TopicPartition, long> _beginnings = [];
    private readonly HashSet<string> _ready = new(StringComparer.Ordinal);

    public Lock Lock { get; } = new();

    public Dictionary<TopicPartition, long> Committed { get; } = [];

    /// <summary>The members of the one group, by member id.</summary>
    public Dictionary<string, string> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Counts the generations of the group that were completed.</summary>
    public int Generation { get; private set; }

    /// <summary>True while not all members have joined the next generation; until then commits of this one are accepted.</summary>
    public bool IsRebalancing { get; private set; }

    /// <summary>What happens instead of the next commit of a transaction.</summary>
    public ConcurrentQueue<Exception> CommitFailures { get; } = new();

    /// <summary>What happens instead of the next initialisations of a transactional producer.</summary>
    public ConcurrentQueue<Exception> InitFailures { get; } = new();

    /// <summary>What becomes of the next records that are sent.</summary>
    public ConcurrentQueue<DeliveryFailure> DeliveryFailures { get; } = new();

    /// <summary>What happened, in order: "commit-transaction", "flush", ...</summary>
    public ConcurrentQueue<string> Journal { get; } = new();

    /// <summary>Whether brokers answer no questions about partitions.</summary>
    public bool IsAway { get; set; }

    public FakeKafka WithTopic(string name, int partitions = 1)
    {
        lock (Lock)
        {
            _topics[name] = partitions;
            for (var p = 0; p < partitions; p++)
                _logs.TryAdd(new TopicPartition(name, p), []);
        }

        return this;
    }

    public void Produce(string topic, string? key, string? value, long timestamp = 0, int partition = 0) =>
        Append(new TopicPartition(topic, partition), new FakeRecord(Bytes(key), Bytes(value), timestamp, Headers.Empty));

    /// <summary>What a read_committed reader sees.</summary>
    public IReadOnlyList<FakeRecord> Read(string topic)
    {
        lock (Lock)
        {
            return
            [
                .. Enumerable.Range(0, _topics.GetValueOrDefault(topic))
                    .SelectMany(p => _logs[new TopicPartition(topic, p)].TakeWhile(r => r.IsDecided).Where(r => r.IsVisible)),
            ];
        }
    }

    /// <summary>Empties a topic, as if it had been deleted and made again.</summary>
    public void Truncate(string topic)
    {
        lock (Lock)
        {
            foreach (var (partition, log) in _logs)
            {
                if (partition.Topic == topic)
                {
                    log.Clear();
                    _beginnings.Remove(partition);
                }
            }
        }
    }

    public long Append(TopicPartition to, FakeRecord record)
    {
        lock (Lock)
        {
            if (!_logs.ContainsKey(to))
                WithTopic(to.Topic);
            var log = _logs[to];
            log.Add(record);
            return log.Count - 1;
        }
    }

    public (long Beginning, long End) Bounds(TopicPartition partition)
    {
        lock (Lock)
            return (_beginnings.GetValueOrDefault(partition), _logs[partition].Count);
    }

    /// <summary>Retention takes the records before an offset.</summary>
    public void DeleteBefore(TopicPartition partition, long offset)
    {
        lock (Lock)
            _beginnings[partition] = offset;
    }

    /// <summary>By task, the instance that the last decision of the group gives it to.</summary>
    public IReadOnlyDictionary<TaskId, string> OwnersOf(string application)
    {
        var last = Read(GroupLog.TopicOf(application)).LastOrDefault(r => r.KeyText == "assignment");
        return last is null
            ? new Dictionary<TaskId, string>()
            : GroupRecords.ReadDecision(last.Value)!.Assignment.Members
                .SelectMany(m => m.Value.Active.Select(t => (t, m.Key.Instance))).ToDictionary(t => t.t, t => t.Instance);
    }

    /// <summary>The session of a member that died is over.</summary>
    public void Expire(string instance)
    {
        lock (Lock)
        {
            foreach (var dead in Members.Where(m => m.Value.Contains($"instance={instance}&", StringComparison.Ordinal)).ToList())
                Leave(dead.Key);
        }
    }

    /// <summary>Instances whose process is gone: nothing that their clients do has an effect any more.</summary>
    public ConcurrentDictionary<string, bool> Crashed { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether nobody can tell the group that he leaves it.</summary>
    public bool IsUnreachable { get; set; }

    public bool HasCrashed(string clientId) =>
        Crashed.Keys.Any(i => clientId.Contains($"instance={i}&", StringComparison.Ordinal));

    /// <summary>The group counts nobody any more; its members find out with their next call.</summary>
    public void ThrowAllOut()
    {
        lock (Lock)
        {
            Members.Clear();
            _ready.Clear();
            Generation++;
        }
    }

    /// <summary>A member, new or not, joins the next generation.</summary>
    public void Join(string memberId, string clientId)
    {
        Members[memberId] = clientId;
        _ready.Add(memberId);
        IsRebalancing = true;
        Complete();
    }

    /// <summary>A member wants another generation, and will join it.</summary>
    public void Rebalance() => IsRebalancing = true;

    public void Leave(string memberId)
    {
        Members.Remove(memberId);
        _ready.Remove(memberId);
        IsRebalancing = true;
        Complete();
    }

    /// <summary>Whether a member has to join the next generation.</summary>
    public bool MustJoin(string memberId) => IsRebalancing && !_ready.Contains(memberId);

    private void Complete()
    {
        if (!Members.Keys.All(_ready.Contains))
            return;
        Generation++;
        _ready.Clear();
        IsRebalancing = false;
    }

    /// <summary>The record at an offset or after it; null at the end of what is decided.</summary>
    public (long Offset, FakeRecord Record)? Next(TopicPartition partition, long from)
    {
        lock (Lock)
        {
            var log = _logs[partition];
            for (var at = (int)from; at < log.Count && log[at].IsDecided; at++)
            {
                if (log[at].IsVisible)
                    return (at, log[at]);
            }

            return null;
        }
    }

    public long DecidedEnd(TopicPartition partition)
    {
        lock (Lock)
            return _logs[partition].TakeWhile(r => r.IsDecided).Count();
    }

    public IReadOnlyDictionary<string, int> PartitionCounts()
    {
        lock (Lock)
            return new Dictionary<string, int>(_topics, StringComparer.Ordinal);
    }

    /// <summary>A new producer of that id: those before it are fenced.</summary>
    public long NextEpoch(string transactionalId)
    {
        lock (Lock)
            return _epochs[transactionalId] = _epochs.GetValueOrDefault(transactionalId) + 1;
    }

    public bool IsFenced(string transactionalId, long epoch)
    {
        lock (Lock)
            return _epochs.GetValueOrDefault(transactionalId) != epoch;
    }

    IStreamConsumer IKafkaClients.CreateConsumer(string clientId, string? groupInstanceId, bool tellsEndsSoon) =>
        new FakeConsumer(this, clientId);

    IRestoreConsumer IKafkaClients.CreateRestoreConsumer(string clientId) => new FakeRestoreConsumer(this);

    IRestoreConsumer IKafkaClients.CreateGlobalConsumer(string clientId) => new FakeRestoreConsumer(this);

    IStreamProducer IKafkaClients.CreateProducer(string clientId, string? transactionalId, TimeSpan? deliveryTimeout) =>
        new FakeProducer(this, transactionalId);

    IStreamAdmin IKafkaClients.CreateAdmin(string clientId) => new FakeAdmin(this);

    private static byte[]? Bytes(string? text) => text is null ? null : System.Text.Encoding.UTF8.GetBytes(text);

    private sealed class FakeAdmin(FakeKafka kafka) : IStreamAdmin
    {
        public IReadOnlyDictionary<string, int> PartitionCounts(TimeSpan timeout) => kafka.PartitionCounts();

        public IReadOnlyDictionary<string, int>? TryPartitionCounts(TimeSpan timeout) => kafka.PartitionCounts();

        public (long Beginning, long End)? TryBounds(TopicPartition partition, TimeSpan timeout)
        {
            kafka.Journal.Enqueue($"ends {partition}");
            return kafka.IsAway ? null : kafka.Bounds(partition);
        }

        public long? TryOffsetAt(TopicPartition partition, long timestamp, long otherwise, TimeSpan timeout)
        {
            lock (kafka.Lock)
            {
                var first = kafka._logs[partition].FindIndex(r => r.Timestamp >= timestamp);
                return kafka.IsAway ? null : first < 0 ? otherwise : first;
            }
        }

        public IReadOnlyList<(string MemberId, string ClientId, string Host)>? TryMembers(string groupId, TimeSpan timeout)
        {
            lock (kafka.Lock)
                return kafka.IsRebalancing ? null : [.. kafka.Members.Select(m => (m.Key, m.Value, ""))];
        }

        public Task CreateTopicsAsync(IReadOnlyCollection<NewTopic> topics)
        {
            foreach (var topic in topics)
                kafka.WithTopic(topic.Name, topic.Partitions);
            return Task.CompletedTask;
        }

        public void Dispose()
        {
        }
    }
}
