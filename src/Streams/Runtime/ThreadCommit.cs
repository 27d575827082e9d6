using Confluent.Kafka;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// The commit of one thread, in the order that makes every crash harmless: targets outside Kafka (each with its own
/// transaction), caches, then records, offsets and changelogs in one Kafka transaction, then the stores on disk.
/// </summary>
internal sealed class ThreadCommit : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);
    private const long TargetBufferLimit = 16 << 20;

    private readonly ThreadParts _parts;
    private readonly StreamsConfig _config;
    private readonly ILogger _logger;
    private readonly CommitPace _pace;
    private readonly Dictionary<TopicPartition, long> _committed = [];
    private IStreamConsumer? _consumer;
    private object? _groupMetadata;
    private IReadOnlyDictionary<string, int> _partitionCounts = new Dictionary<string, int>();
    private RecordCollector? _collector;
    private DeadLetters? _deadLetters;

    public ThreadCommit(ThreadParts parts)
    {
        _parts = parts;
        (_config, _logger) = (parts.Config, parts.Logger);
        _pace = new CommitPace((long)_config.EffectiveCommitInterval.TotalMilliseconds);
    }

    public RecordCollector Collector =>
        _collector ?? throw new InvalidOperationException("The producer is not open.");

    public DeadLetters DeadLetters =>
        _deadLetters ?? throw new InvalidOperationException("The producer is not open.");

    /// <summary>Makes the producer; a transactional one fences its predecessors here.</summary>
    public void Open()
    {
        var producer = CreateProducer();
        _collector = new RecordCollector(
            producer, _config.ExactlyOnce, PartitionCount, _config.OnProductionError);
        _deadLetters ??= new DeadLetters(
            _config,
            new CurrentCollector(this),
            () => _parts.Clients.CreateRestoreConsumer(_parts.ClientId + "-dead-letters"),
            () => _parts.Clients.CreateProducer(_parts.ClientId + "-dead-letters", null),
            _logger);
        _pace.OnBegin(Now());
    }

    /// <summary>A generation began: commits go to it, and only to it.</summary>
    public void OnJoined(IStreamConsumer consumer, object groupMetadata)
    {
        (_consumer, _groupMetadata) = (consumer, groupMetadata);
        _committed.Clear();
    }

    /// <summary>The next offset of an input as this thread has committed it; null where it has not in this generation.</summary>
    public long? CommittedOffset(TopicPartition input) => _committed.TryGetValue(input, out var offset) ? offset : null;

    public bool IsDue(IReadOnlyList<ActiveTask> tasks)
    {
        if (_pace.IsDue(Now()))
        {
            if (HasUncommitted(tasks))
                return true;
            _pace.OnBegin(Now());
        }

        long bytes = 0;
        foreach (var task in tasks)
        {
            if (task.Context.CommitRequested)
                return true;
            bytes += task.State!.UncommittedBytes;
            foreach (var sink in task.ExternalSinks)
            {
                if (sink.BufferedBytes > TargetBufferLimit)
                    return true;
            }
        }

        return bytes > _config.StateStoreUncommittedMaxBytes;
    }

    /// <summary>How long there is nothing to do for the tasks but wait for records; at most ten minutes.</summary>
    public TimeSpan TimeToNext(IReadOnlyList<ActiveTask> tasks, long punctuation)
    {
        var now = Now();
        var due = HasUncommitted(tasks)
            ? Math.Min(_pace.Due, punctuation)
            : punctuation;
        return TimeSpan.FromMilliseconds(Math.Clamp(due - now, 0, 600_000));
    }

    /// <summary>Commits the tasks; answers whether one of them has to wait for its target from now on.</summary>
    /// <exception cref="TransactionLostException">Nothing was committed in Kafka; undo.</exception>
    /// <exception cref="SinkFencedException">Another owner has a target; undo.</exception>
    public bool Commit(IReadOnlyList<ActiveTask> tasks)
    {
        var start = Now();
        _pace.OnBegin(start);
        var begun = _parts.Metrics.Timestamp();
        var settled = tasks.Where(TryCommitTargets).ToList();
        foreach (var task in settled)
        {
            task.Stream!.FlushStores();
            task.Context.CommitRequested = false;
        }

        var offsets = Offsets(settled);
        if (_config.ExactlyOnce)
            CommitTransaction(offsets, settled);
        else
            CommitPlainly(offsets);
        foreach (var (partition, offset) in offsets)
            _committed[partition] = offset;
        foreach (var task in settled)
            CommitState(task);

        _pace.OnEnd(start, Now());
        _parts.Metrics.Committed(begun);
        return settled.Count < tasks.Count;
    }

    /// <summary>Drops what is not committed; tasks are closed already.</summary>
    public void Undo(bool isFenced)
    {
        _committed.Clear();
        if (!_config.ExactlyOnce)
        {
            Collector.OnAborted();
            return;
        }

        if (!isFenced && TryAbort())
            return;
        var changelogs = Collector.Changelogs;
        Collector.Producer.Dispose();
        Open();
        Collector.Changelogs.UnionWith(changelogs);
    }

    /// <summary>Claims the targets of a task; answers false where one cannot be reached, and when to ask again is noted.</summary>
    public bool TryClaimTargets(ActiveTask task) => TryTargets(task, sink =>
    {
        var input = task.Inputs[0];
        sink.ClaimAsync(input, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        RuntimeLog.SinkClaimed(_logger, task.Id, sink.Name, sink.NextOffset ?? -1);
    });

    /// <summary>Commits the targets of a task; answers false where one cannot be reached: its buffer is kept.</summary>
    public bool TryCommitTargets(ActiveTask task) => TryTargets(task, sink =>
    {
        var next = task.ProcessedPosition(0);
        if (next == sink.NextOffset && sink.BufferedBytes == 0)
            return;
        sink.CommitAsync(
            next,
            (records, _) =>
            {
                DeadLetters.OnRejected(task.Inputs[0], records);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None).AsTask().GetAwaiter().GetResult();
    });

    /// <summary>Where the targets of a task go on: at the smallest of their positions; null where none knows one.</summary>
    public static long? TargetPosition(ActiveTask task) =>
        task.ExternalSinks.Count == 0 || task.ExternalSinks.Any(s => s.NextOffset is null)
            ? null
            : task.ExternalSinks.Min(s => s.NextOffset);

    public void Dispose()
    {
        _deadLetters?.Dispose();
        _collector?.Producer.Dispose();
    }

    /// <summary>A producer that is ready. While the coordinator does not let it be, another one is tried.</summary>
    private IStreamProducer CreateProducer()
    {
        var since = _config.Clock.GetTimestamp();
        while (true)
        {
            var producer = _parts.Clients.CreateProducer(
                _parts.ClientId + "-producer", _config.ExactlyOnce ? _parts.TransactionalId : null);
            try
            {
                if (_config.ExactlyOnce)
                    producer.InitTransactions(CallTimeout);
                return producer;
            }
            catch (TransactionLostException e) when (RefusalOf(e) is { } refusal)
            {
                producer.Dispose();
                throw new StreamsException(refusal, e);
            }
            catch (TransactionLostException e) when (_config.Clock.GetElapsedTime(since) < _config.TaskTimeout)
            {
                RuntimeLog.TransactionLost(_logger, _parts.Name, e.Message);
                producer.Dispose();
                Task.Delay(FirstRetry, _config.Clock).Wait();
            }
        }
    }

    /// <summary>What the brokers will not allow however often they are asked; null for all that may pass.</summary>
    private string? RefusalOf(TransactionLostException e) => (e.InnerException as KafkaException)?.Error.Code switch
    {
        ErrorCode.InvalidTransactionTimeout =>
            "The brokers allow no transaction as long as producer.transaction.timeout.ms says, which is no less than commit.interval.ms: lower both, "
            + "or raise the brokers' transaction.max.timeout.ms.",
        ErrorCode.TransactionalIdAuthorizationFailed =>
            $"The brokers do not allow this user the transactional id {_parts.TransactionalId}: it needs the right to write and describe ids that begin with "
            + $"{_config.ApplicationId}.",
        _ => null,
    };

    private bool TryTargets(ActiveTask task, Action<ExternalSinkNode> call)
    {
        foreach (var sink in task.ExternalSinks)
        {
            try
            {
                call(sink);
            }
            catch (SinkUnavailableException e)
            {
                var delay = TimeSpan.FromTicks(Math.Min(
                    FirstRetry.Ticks << Math.Min(task.Retries, 10), LastRetry.Ticks));
                RuntimeLog.SinkUnavailable(_logger, task.Id, sink.Name, delay, e);
                task.Wait(Now() + (long)delay.TotalMilliseconds);
                return false;
            }
            catch (SinkFencedException e)
            {
                throw new SinkFencedException(e.Message, e) { Task = task.Id };
            }
        }

        return true;
    }

    private Dictionary<TopicPartition, long> Offsets(List<ActiveTask> tasks)
    {
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var task in tasks)
        {
            for (var i = 0; i < task.Inputs.Length; i++)
            {
                if (HasMoved(task, i))
                    offsets.Add(task.Inputs[i], task.ProcessedPosition(i));
            }
        }

        return offsets;
    }

    private bool HasMoved(ActiveTask task, int input) =>
        task.ProcessedPosition(input)
        != (_committed.TryGetValue(task.Inputs[input], out var known) ? known : task.Committed![task.Inputs[input]]);

    /// <summary>Whether a commit would change anything; an idle thread need not wake up for it.</summary>
    private bool HasUncommitted(IReadOnlyList<ActiveTask> tasks)
    {
        if (Collector.InTransaction || Collector.HasUnflushed)
            return true;
        foreach (var task in tasks)
        {
            if (task.State!.UncommittedBytes > 0)
                return true;
            for (var i = 0; i < task.Inputs.Length; i++)
            {
                if (HasMoved(task, i))
                    return true;
            }

            foreach (var sink in task.ExternalSinks)
            {
                if (sink.BufferedBytes > 0)
                    return true;
            }
        }

        return false;
    }

    private void CommitTransaction(Dictionary<TopicPartition, long> offsets, List<ActiveTask> tasks)
    {
        if (offsets.Count == 0)
        {
            if (!Collector.InTransaction)
                return;
            // Only offsets are checked against the generation. Without one, what a punctuator wrote would be committed after its task had moved.
            if (tasks.Find(static t => t.Inputs.Length > 0) is { } task)
                offsets = new Dictionary<TopicPartition, long> { [task.Inputs[0]] = task.ProcessedPosition(0) };
        }

        Collector.EnsureTransaction();
        try
        {
            if (offsets.Count > 0)
                Collector.Producer.SendOffsets(offsets, _groupMetadata!, CallTimeout);
            Collector.Producer.CommitTransaction(CallTimeout);
        }
        catch (TransactionLostException)
        {
            // A record that the broker refuses loses the transaction too, and would lose the next one again.
            Collector.ThrowIfRefused();
            throw;
        }

        Collector.OnCommitted();
    }

    private void CommitPlainly(Dictionary<TopicPartition, long> offsets)
    {
        Collector.Flush();
        if (offsets.Count > 0)
            _consumer!.Commit(offsets);
    }

    private void CommitState(ActiveTask task)
    {
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var changelog in task.State!.Changelogs)
        {
            var next = changelog.IsSource
                ? _committed.TryGetValue(changelog.Partition, out var input) ? input : null
                : Collector.NextOffset(changelog.Partition);
            if (next is { } offset)
                positions[changelog.Store] = offset;
        }

        task.State.Commit(positions);
        task.PublishPosition();
    }

    private bool TryAbort()
    {
        try
        {
            if (Collector.InTransaction)
                Collector.Producer.AbortTransaction(CallTimeout);
            Collector.OnAborted();
            return true;
        }
        catch (TransactionLostException e)
        {
            RuntimeLog.TransactionLost(_logger, _parts.Name, e.Message);
            return false;
        }
    }

    private int PartitionCount(string topic)
    {
        if (!_partitionCounts.TryGetValue(topic, out var count))
        {
            _partitionCounts = _parts.Admin.TryPartitionCounts(CallTimeout) ?? _partitionCounts;
            if (!_partitionCounts.TryGetValue(topic, out count))
                throw new StreamsException($"The topic {topic} does not exist, so its partitions cannot be counted.");
        }

        return count;
    }

    private long Now() => _config.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Goes on to the collector of the day, which is another one after the producer was fenced.</summary>
    private sealed class CurrentCollector(ThreadCommit owner) : IRecordCollector
    {
        public void Send(in OutgoingRecord record) => owner.Collector.Send(record);

        public int PartitionCount(string topic) => owner.Collector.PartitionCount(topic);

        public void Flush() => owner.Collector.Flush();

        public long? NextOffset(TopicPartition partition) => owner.Collector.NextOffset(partition);
    }
}
