using Confluent.Kafka;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// A part that follows a topic while somebody looks: what came since the last look is taken, for half a second at most, then it shows what it makes of it. Nothing is
/// committed. After more than half a minute without a look it goes on near the end, as at the start.
/// </summary>
/// <param name="name">The part's name.</param>
/// <param name="options">The topic.</param>
/// <param name="take">Takes a record; called for one at a time.</param>
/// <param name="show">What the part shows.</param>
/// <param name="clock">Tells the present.</param>
public sealed class TopicTail(
    string name, TopicTailOptions options, Action<ConsumeResult<byte[]?, byte[]?>> take, Func<object?> show, TimeProvider clock) : IPagePart, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(30);
    private readonly HashSet<int> _behind = [];
    private IConsumer<byte[]?, byte[]?>? _consumer;
    private long? _readAt;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async ValueTask<object?> ReadAsync(CancellationToken cancellationToken) =>
        await Task.Run(() => Follow(cancellationToken) ? show() : null, cancellationToken);

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _consumer?.Close();
        _consumer?.Dispose();
    }

    private bool Follow(CancellationToken cancellationToken)
    {
        if (_readAt is not { } last || clock.GetElapsedTime(last) > Absence)
        {
            if (!Assign())
                return false;
        }

        var began = clock.GetTimestamp();
        do
        {
            if (_consumer!.Consume(TimeSpan.FromMilliseconds(20)) is not { } result)
                continue;
            if (result.IsPartitionEOF)
                _behind.Remove(result.Partition.Value);
            else
                take(result);
        }
        while (_behind.Count > 0 && clock.GetElapsedTime(began) < Patience && !cancellationToken.IsCancellationRequested);
        Drain();
        _readAt = clock.GetTimestamp();
        return true;
    }

    /// <summary>What is here already, without waiting.</summary>
    private void Drain()
    {
        for (var i = 0; i < options.Last && _consumer!.Consume(TimeSpan.Zero) is { } result; i++)
        {
            if (!result.IsPartitionEOF)
                take(result);
        }
    }

    /// <summary>Begins near the ends; false where the topic is not there.</summary>
    private bool Assign()
    {
        int partitions;
        using (var admin = options.Admin())
        {
            partitions = admin.GetMetadata(options.Timeout).Topics.Find(t => t.Topic == options.Topic)?.Partitions.Count ?? 0;
        }

        if (partitions == 0)
            return false;
        _consumer ??= options.Connect(new ConsumerConfig
        {
            GroupId = "medstreams-page",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
            QueuedMaxMessagesKbytes = 4096,
        });
        var places = Enumerable.Range(0, partitions).Select(p =>
        {
            var marks = _consumer.QueryWatermarkOffsets(new TopicPartition(options.Topic, p), options.Timeout);
            return new TopicPartitionOffset(options.Topic, p, Math.Max(marks.Low.Value, marks.High.Value - options.Last));
        }).ToList();
        _consumer.Assign(places);
        _behind.UnionWith(places.Select(p => p.Partition.Value));
        return true;
    }
}
