using Confluent.Kafka;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// Reads dead-letter topics: how much they hold, and their records. One consumer and one producer, made when they are needed. Safe for use by several threads,
/// which take turns.
/// </summary>
internal sealed class DeadLetterTopics(DeadLetterOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LookAtTopics = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<IAdminClient> _admin = new(options.Admin);
    private readonly Lazy<IConsumer<byte[]?, byte[]?>> _consumer = new(() => options.Connect(new ConsumerConfig
    {
        GroupId = "medstreams-page",
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        EnablePartitionEof = true,
        AllowAutoCreateTopics = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        IsolationLevel = IsolationLevel.ReadCommitted,
        FetchWaitMaxMs = 20,
    }));

    private IReadOnlyDictionary<string, int> _partitions = new Dictionary<string, int>();
    private long? _lookedAt;

    /// <summary>Partitions of a topic; null where it is not there.</summary>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public Task<int?> PartitionsAsync(string topic, CancellationToken cancellationToken) =>
        InTurnAsync(() => Partitions().TryGetValue(topic, out var count) ? count : default(int?), cancellationToken);

    /// <summary>Where the partitions of each dead-letter topic begin and end.</summary>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public Task<IReadOnlyList<(string Topic, IReadOnlyList<OffsetRange> Ranges)>> RangesAsync(CancellationToken cancellationToken) =>
        InTurnAsync(
            IReadOnlyList<(string, IReadOnlyList<OffsetRange>)> () =>
            {
                var known = Partitions();
                return [.. options.Topics.Where(known.ContainsKey).Select(t => (t, Ranges(t, known[t])))];
            },
            cancellationToken);

    /// <summary>Where the partitions of one dead-letter topic begin and end; null where it is none, or not there.</summary>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public Task<IReadOnlyList<OffsetRange>?> RangesAsync(string topic, CancellationToken cancellationToken) =>
        InTurnAsync(
            () => options.Topics.Contains(topic) && Partitions().TryGetValue(topic, out var count) ? Ranges(topic, count) : null, cancellationToken);

    /// <summary>The records of parts of partitions.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="parts">From where to where, by partition; each partition once.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public Task<List<ConsumeResult<byte[]?, byte[]?>>> ReadAsync(
        string topic, IReadOnlyCollection<(int Partition, OffsetRange Range)> parts, CancellationToken cancellationToken) =>
        InTurnAsync(() => Read(topic, parts.Where(p => p.Range.Last > p.Range.First).ToDictionary(p => p.Partition, p => p.Range), cancellationToken), cancellationToken);

    public void Dispose()
    {
        if (_consumer.IsValueCreated)
        {
            _consumer.Value.Close();
            _consumer.Value.Dispose();
        }

        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
        _turn.Dispose();
    }

    private async Task<T> InTurnAsync<T>(Func<T> ask, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(ask, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>All topics are asked for, since asking for one that is not there may make it.</summary>
    private IReadOnlyDictionary<string, int> Partitions()
    {
        if (_lookedAt is not { } at || clock.GetElapsedTime(at) >= LookAtTopics)
        {
            _partitions = _admin.Value.GetMetadata(options.Timeout).Topics
                .Where(t => t.Error.Code == ErrorCode.NoError).ToDictionary(t => t.Topic, t => t.Partitions.Count, StringComparer.Ordinal);
            _lookedAt = clock.GetTimestamp();
        }

        return _partitions;
    }

    private IReadOnlyList<OffsetRange> Ranges(string topic, int partitions) =>
    [
        .. Enumerable.Range(0, partitions).Select(p =>
        {
            var marks = _consumer.Value.QueryWatermarkOffsets(new TopicPartition(topic, p), options.Timeout);
            return new OffsetRange(marks.Low.Value, marks.High.Value);
        }),
    ];

    private List<ConsumeResult<byte[]?, byte[]?>> Read(string topic, Dictionary<int, OffsetRange> open, CancellationToken cancellationToken)
    {
        var found = new List<ConsumeResult<byte[]?, byte[]?>>();
        var consumer = _consumer.Value;
        consumer.Assign(open.Select(p => new TopicPartitionOffset(topic, p.Key, p.Value.First)));
        try
        {
            var began = clock.GetTimestamp();
            while (open.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (clock.GetElapsedTime(began) > options.Timeout)
                    throw new KafkaException(ErrorCode.Local_TimedOut);
                if (consumer.Consume(Poll) is not { } result || !open.TryGetValue(result.Partition.Value, out var range))
                    continue;
                if (!result.IsPartitionEOF && result.Offset.Value < range.Last)
                    found.Add(result);
                if (result.IsPartitionEOF || result.Offset.Value >= range.Last - 1)
                    open.Remove(result.Partition.Value);
            }

            return found;
        }
        finally
        {
            consumer.Unassign();
        }
    }
}

/// <summary>A part of a partition.</summary>
/// <param name="First">The first offset.</param>
/// <param name="Last">The offset after the last one.</param>
internal readonly record struct OffsetRange(long First, long Last);
