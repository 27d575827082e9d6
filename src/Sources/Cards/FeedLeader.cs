using Confluent.Kafka;

namespace MedStreams.Sources.Cards;

/// <summary>
/// Which of several processes reads the source: they are a consumer group of the topic of cards, and whoever has its first partition does. None of them reads by it. Runs in a
/// thread of its own; safe for use by several threads.
/// </summary>
internal sealed class FeedLeader : IDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private readonly CardFeedOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Task _following;
    private TaskCompletionSource _elected = New();
    private CancellationTokenSource _term = new();

    public FeedLeader(CardFeedOptions options)
    {
        _options = options;
        _following = Task.Factory.StartNew(Follow, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits until this process is it.</summary>
    /// <returns>Cancelled when it is it no more.</returns>
    public async Task<CancellationToken> ElectedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task elected;
            lock (_lock)
                elected = _elected.Task;
            await (await Task.WhenAny(elected, _following).WaitAsync(cancellationToken));
            lock (_lock)
            {
                if (_elected.Task.IsCompleted)
                    return _term.Token;
            }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        ((IAsyncResult)_following).AsyncWaitHandle.WaitOne();
        _term.Dispose();
        _stop.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Follow()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(new Dictionary<string, string>(_options.Kafka, StringComparer.Ordinal))
        {
            GroupId = _options.Group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AllowAutoCreateTopics = false,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range,
        })
        .SetErrorHandler(static (_, _) => { })
        .SetLogHandler(static (_, _) => { })
        .SetPartitionsAssignedHandler((_, partitions) =>
        {
            if (partitions.Exists(p => p.Partition.Value == 0))
                Begin();
            return []; // nothing is fetched
        })
        .SetPartitionsRevokedHandler((_, _) => End())
        .SetPartitionsLostHandler((_, _) => End())
        .Build();
        consumer.Subscribe(_options.Topic);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                consumer.Consume(Slice);
            }
            catch (ConsumeException e) when (!e.Error.IsFatal)
            {
                _stop.Token.WaitHandle.WaitOne(Slice); // a broker is away, or the topic is not there yet
            }
        }

        End();
        consumer.Close();
    }

    private void Begin()
    {
        lock (_lock)
        {
            if (_elected.TrySetResult())
                _term = new CancellationTokenSource();
        }
    }

    private void End()
    {
        CancellationTokenSource over;
        lock (_lock)
        {
            if (!_elected.Task.IsCompleted)
                return;
            (_elected, over) = (New(), _term);
        }

        over.Cancel();
    }
}
