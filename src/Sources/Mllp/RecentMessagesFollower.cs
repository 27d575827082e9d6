using System.Text;
using Confluent.Kafka;

namespace MedStreams.Sources.Mllp;

/// <summary>
/// Reads from the inbound topic which messages were taken lately, by this source and by all others: the topic itself is the memory. It
/// reads back at the start, and follows from then on in a thread of its own. Safe for use by several threads.
/// </summary>
internal sealed class RecentMessagesFollower : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan QueryPatience = TimeSpan.FromSeconds(1);

    private readonly MllpSourceOptions _options;
    private readonly RecentMessages _recent;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly IConsumer<Ignore, Ignore> _ends;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _asking = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicPartition, long> _positions = [];
    private readonly List<(Dictionary<TopicPartition, long> Ends, TaskCompletionSource Reached)> _waiting = [];
    private Task _following = Task.CompletedTask;

    private RecentMessagesFollower(MllpSourceOptions options, RecentMessages recent)
    {
        (_options, _recent) = (options, recent);
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(Config(IsolationLevel.ReadCommitted))
            .SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();

        // A reader of uncommitted records is told the very end, beyond transactions that are still open.
        _ends = new ConsumerBuilder<Ignore, Ignore>(Config(IsolationLevel.ReadUncommitted))
            .SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>Reads back all that is committed and not older than the window; then follows.</summary>
    /// <exception cref="KafkaException">No broker answers in time.</exception>
    public static RecentMessagesFollower Start(MllpSourceOptions options, RecentMessages recent, CancellationToken cancellation)
    {
        var follower = new RecentMessagesFollower(options, recent);
        try
        {
            var from = follower.Partitions();
            if (from.Count == 0)
                return follower;
            follower._consumer.Assign(from);
            var open = from.Select(p => p.TopicPartition).ToHashSet();
            while (open.Count > 0)
            {
                if (follower.Next(cancellation) is { IsPartitionEOF: true } end)
                    open.Remove(end.TopicPartition);
            }

            follower._following = Task.Factory.StartNew(follower.Follow, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return follower;
        }
        catch
        {
            follower.Close();
            throw;
        }
    }

    /// <summary>
    /// Ends when everything that stands in the topic now is known, and what is being written now is decided. So a sender that comes
    /// from another source is not taken at its word twice.
    /// </summary>
    public async Task CaughtUpAsync(CancellationToken cancellation)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var ends = await EndsAsync(cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            if (_following.IsFaulted)
                throw new IOException("The topic cannot be followed any more.", _following.Exception);
            if (Reached(ends))
                return;
            _waiting.Add((ends, reached));
        }

        await reached.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A client must not go while somebody asks it something.
        await _asking.WaitAsync().ConfigureAwait(false);
        Close();
    }

    private void Close()
    {
        _consumer.Dispose();
        _ends.Dispose();
        _asking.Dispose();
        _stop.Dispose();
    }

    private ConsumerConfig Config(IsolationLevel isolation) => new(new Dictionary<string, string>(_options.Kafka, StringComparer.Ordinal))
    {
        GroupId = $"mllp-source-{_options.InstanceId}",
        EnableAutoCommit = false,
        IsolationLevel = isolation,
        EnablePartitionEof = true,
        FetchWaitMaxMs = 20, // librdkafka tells an end by an empty answer only
        AllowAutoCreateTopics = false,
    };

    private void Follow()
    {
        try
        {
            while (true)
                Next(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            End(new ObjectDisposedException(nameof(MllpSource)));
        }
        catch (Exception e)
        {
            End(new IOException("The topic cannot be followed any more.", e));
            throw;
        }
    }

    private void End(Exception reason)
    {
        lock (_gate)
        {
            foreach (var (_, reached) in _waiting)
                reached.TrySetException(reason);
            _waiting.Clear();
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Next(CancellationToken cancellation)
    {
        ConsumeResult<byte[]?, byte[]?> result;
        try
        {
            result = _consumer.Consume(cancellation);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            return null; // a broker is away: its return goes on
        }

        if (!result.IsPartitionEOF && Text(result, MllpHeaders.Sender) is { } sender && Text(result, MllpHeaders.ControlId) is { } controlId
            && Text(result, MllpHeaders.Digest) is { } digest)
            _recent.Remember(new(sender, controlId), digest, DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs));
        lock (_gate)
        {
            _positions[result.TopicPartition] = result.Offset.Value + (result.IsPartitionEOF ? 0 : 1);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (!Reached(_waiting[i].Ends))
                    continue;
                _waiting[i].Reached.SetResult();
                _waiting.RemoveAt(i);
            }
        }

        return result;
    }

    private bool Reached(Dictionary<TopicPartition, long> ends) => ends.All(e => _positions.GetValueOrDefault(e.Key) >= e.Value);

    private async Task<Dictionary<TopicPartition, long>> EndsAsync(CancellationToken cancellation)
    {
        TopicPartition[] partitions;
        lock (_gate)
            partitions = [.. _positions.Keys];
        while (true)
        {
            try
            {
                await _asking.WaitAsync(cancellation).ConfigureAwait(false);
                try
                {
                    return await Task.Run(() => Ends(partitions), CancellationToken.None).ConfigureAwait(false);
                }
                finally
                {
                    _asking.Release();
                }
            }
            catch (KafkaException e) when (!e.Error.IsFatal)
            {
                // Kafka is away, and so the sender waits, as it would for its acknowledgement.
                await Task.Delay(Pause, _options.TimeProvider, cancellation).ConfigureAwait(false);
            }
        }
    }

    private Dictionary<TopicPartition, long> Ends(TopicPartition[] partitions)
    {
        var ends = new Dictionary<TopicPartition, long>();
        foreach (var partition in partitions)
        {
            _stop.Token.ThrowIfCancellationRequested();
            ends[partition] = _ends.QueryWatermarkOffsets(partition, QueryPatience).High.Value;
        }

        return ends;
    }

    /// <summary>Where the window, or the last so many records, begin.</summary>
    private List<TopicPartitionOffset> Partitions()
    {
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        var topic = admin.GetMetadata(_options.Topic, _options.StartTimeout).Topics.Single();
        if (topic.Error.Code is ErrorCode.UnknownTopicOrPart)
            return [];
        if (topic.Error.IsError)
            throw new KafkaException(topic.Error);
        var since = new Timestamp(_options.TimeProvider.GetUtcNow() - _options.DuplicateWindow);
        var starts = _consumer.OffsetsForTimes(
            topic.Partitions.Select(p => new TopicPartitionTimestamp(_options.Topic, p.PartitionId, since)), _options.StartTimeout);
        return [.. starts.Select(start =>
        {
            var range = _consumer.QueryWatermarkOffsets(start.TopicPartition, _options.StartTimeout);
            var begin = start.Offset.IsSpecial ? range.High.Value : start.Offset.Value;
            return new TopicPartitionOffset(
                start.TopicPartition, Math.Max(Math.Max(begin, range.Low.Value), range.High.Value - _options.DuplicateLimit));
        })];
    }

    private static string? Text(ConsumeResult<byte[]?, byte[]?> record, string header) =>
        record.Message.Headers.TryGetLastBytes(header, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
}
