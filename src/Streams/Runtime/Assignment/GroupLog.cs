using System.Text;
using System.Threading.Channels;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// The topic through which the members of a group agree: <c>application.id-assignment</c>, one partition, compacted. Before it joins, each
/// instance writes how far it is with the state of tasks; after it, the leader of the generation writes its decision, and all take the first one that
/// is for their generation. Shared by the threads of an instance; safe for use by several threads.
/// </summary>
internal sealed class GroupLog : IRecordReceiver, IDisposable
{
    private const string DecisionKey = "assignment";
    private const string PositionsPrefix = "positions/";
    private const string ShutdownKey = "shutdown";
    private const int DecisionsKept = 16;
    private const int RecordsPerPoll = 10_000;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(10);

    private readonly TopicPartition _partition;
    private readonly StreamsConfig _config;
    private readonly IKafkaClients _clients;
    private readonly IStreamAdmin _admin;
    private readonly string _clientId;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly HashSet<object> _readers = [];
    private readonly List<GroupDecision> _decisions = [];
    private readonly Dictionary<string, IReadOnlyDictionary<TaskId, long>> _positions = new(StringComparer.Ordinal);
    private readonly Channel<Outgoing> _outgoing = Channel.CreateUnbounded<Outgoing>();
    private readonly Task _sender;
    private IReadOnlyCollection<string> _shutdownOf = [];
    private IRestoreConsumer? _reader;
    private bool _isReading;
    private long _next;

    public GroupLog(StreamsConfig config, IKafkaClients clients, IStreamAdmin admin, string clientId, ILogger logger)
    {
        (_config, _clients, _admin, _clientId, _logger) = (config, clients, admin, clientId, logger);
        _partition = new TopicPartition(TopicOf(config.ApplicationId), 0);
        _sender = Task.Factory.StartNew(
            SendAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The last decision that was read, for whichever generation; null before the first.</summary>
    public GroupDecision? Latest
    {
        get
        {
            lock (_lock)
                return _decisions.Count == 0 ? null : _decisions[^1];
        }
    }

    /// <summary>
    /// The highest generation of the last decisions that were read; 0 before the first. A late word of an earlier generation's leader does not count.
    /// </summary>
    public int HighestGeneration
    {
        get
        {
            lock (_lock)
                return _decisions.Select(d => d.Generation).DefaultIfEmpty().Max();
        }
    }

    /// <summary>The full name of the topic.</summary>
    public static string TopicOf(string applicationId) => $"{applicationId}-assignment";

    /// <summary>How the topic is made.</summary>
    public static NewTopic TopicFor(StreamsConfig config) => new(
        TopicOf(config.ApplicationId),
        1,
        config.ReplicationFactor,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "compact",
            ["segment.bytes"] = "4194304", // what is not compacted yet is read at each start
            ["min.cleanable.dirty.ratio"] = "0.1",
        });

    /// <summary>Reads for a thread from now on.</summary>
    public void Begin(object thread)
    {
        lock (_lock)
            _readers.Add(thread);
    }

    /// <summary>The thread has what it needs; when all have, nothing is read.</summary>
    public void End(object thread)
    {
        lock (_lock)
        {
            if (_readers.Remove(thread) && _readers.Count == 0 && _isReading)
            {
                Reader().Assign(new Dictionary<TopicPartition, long>());
                _isReading = false;
            }
        }
    }

    /// <summary>Reads what is there, or what comes within the time.</summary>
    public void Poll(TimeSpan wait)
    {
        lock (_lock)
        {
            if (!_isReading)
            {
                Reader().Assign(new Dictionary<TopicPartition, long> { [_partition] = _next });
                _isReading = true;
            }

            Reader().Poll(wait, RecordsPerPoll, this);
        }
    }

    /// <summary>Reads until the present end of the topic; answers false where that takes too long: try again.</summary>
    public bool TryCatchUp()
    {
        lock (_lock)
        {
            if (_admin.TryBounds(_partition, CallTimeout) is not var (_, end))
                return false;
            var since = _config.Clock.GetTimestamp();
            while (_next < end)
            {
                if (_config.Clock.GetElapsedTime(since) > CallTimeout)
                    return false;
                Poll(TimeSpan.FromMilliseconds(50));
            }

            return true;
        }
    }

    /// <summary>The decision for a generation with these living members; null where it has not come.</summary>
    public GroupDecision? Find(int generation, IReadOnlyCollection<GroupMember> living)
    {
        lock (_lock)
            return _decisions.Find(d => d.IsFor(generation, living));
    }

    /// <summary>By instance and task, the sum of the state's positions in its changelogs, as last told.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<TaskId, long>> Positions()
    {
        lock (_lock)
            return new Dictionary<string, IReadOnlyDictionary<TaskId, long>>(_positions, StringComparer.Ordinal);
    }

    /// <summary>Whether somebody asked a group with one of these members to stop, and no decision has followed.</summary>
    public bool IsShutdownAsked(IEnumerable<GroupMember> members)
    {
        lock (_lock)
            return members.Any(m => _shutdownOf.Contains(m.MemberId));
    }

    /// <summary>Writes the leader's decision. Whether it arrived shows when it is read.</summary>
    public void Publish(GroupDecision decision) => _ = Enqueue(DecisionKey, GroupRecords.Write(decision));

    /// <summary>Writes how far an instance is; the task ends when all can read it, or when it was given up.</summary>
    public Task PublishAsync(string instance, IReadOnlyDictionary<TaskId, long> positions) =>
        Enqueue(PositionsPrefix + instance, GroupRecords.Write(positions));

    /// <summary>Asks the group that has these members to stop for good; the task ends as that of <see cref="PublishAsync"/>.</summary>
    public Task AskShutdownAsync(IEnumerable<string> memberIds) =>
        Enqueue(ShutdownKey, Encoding.UTF8.GetBytes(string.Join('\n', memberIds)));

    public void OnRecord(in RawRecord record)
    {
        _next = record.Metadata.Offset + 1;
        var key = record.HasKey ? Encoding.UTF8.GetString(record.Key) : "";
        if (key == ShutdownKey && record.HasValue)
        {
            _shutdownOf = Encoding.UTF8.GetString(record.Value).Split('\n');
        }
        else if (key.StartsWith(PositionsPrefix, StringComparison.Ordinal)
            && record.HasValue && GroupRecords.ReadPositions(record.Value) is { } positions)
        {
            _positions[key[PositionsPrefix.Length..]] = positions;
        }
        else if (key == DecisionKey && record.HasValue && GroupRecords.ReadDecision(record.Value) is { } decision)
        {
            _decisions.Add(decision);
            _shutdownOf = [];
            if (_decisions.Count > DecisionsKept)
                _decisions.RemoveAt(0);
        }
    }

    /// <summary>The topic was made anew: what it said before is forgotten with it.</summary>
    public void OnOutOfRange(TopicPartition partition)
    {
        (_next, _isReading) = (0, false);
        _decisions.Clear();
        _positions.Clear();
    }

    public void OnEnd(TopicPartition partition, long offset) => _next = Math.Max(_next, offset);

    public void Dispose()
    {
        _outgoing.Writer.TryComplete();
        if (!_sender.Wait(DeliveryTimeout * 2))
            RuntimeLog.SenderStuck(_logger, _partition.Topic);
        lock (_lock)
        {
            _reader?.Dispose();
            _reader = null;
        }
    }

    private IRestoreConsumer Reader() => _reader ??= _clients.CreateRestoreConsumer(_clientId + "-assignment");

    private Task Enqueue(string key, byte[] value)
    {
        var outgoing = new Outgoing(Encoding.UTF8.GetBytes(key), value);
        if (!_outgoing.Writer.TryWrite(outgoing))
            outgoing.Sent.TrySetResult();
        return outgoing.Sent.Task;
    }

    /// <summary>Sends on a thread of its own, so that members in a rebalance wait only as long as they like.</summary>
    private void SendAll()
    {
        IStreamProducer? producer = null;
        try
        {
            while (_outgoing.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                producer ??= _clients.CreateProducer(_clientId + "-assignment", null, DeliveryTimeout);
                Send(producer);
            }
        }
        finally
        {
            producer?.Dispose();
        }
    }

    private void Send(IStreamProducer producer)
    {
        var sent = new List<Outgoing>();
        try
        {
            while (_outgoing.Reader.TryRead(out var next))
            {
                sent.Add(next);
                var record = new OutgoingRecord
                {
                    Topic = _partition.Topic,
                    Partition = 0,
                    Key = next.Key,
                    HasKey = true,
                    Value = next.Value,
                    HasValue = true,
                    Timestamp = Now(),
                    Headers = Headers.Empty,
                };
                producer.Send(record, OnDelivery);
            }

            producer.Flush();
        }
        catch (StreamsException e)
        {
            RuntimeLog.AgreementNotSent(_logger, _partition.Topic, e.Message);
        }
        finally
        {
            sent.ForEach(s => s.Sent.TrySetResult());
        }
    }

    private void OnDelivery(string topic, int partition, long offset, DeliveryFailure? failure)
    {
        if (failure is { } failed)
            RuntimeLog.AgreementNotSent(_logger, topic, failed.Code);
    }

    private long Now() => _config.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Outgoing(byte[] Key, byte[] Value)
    {
        public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
