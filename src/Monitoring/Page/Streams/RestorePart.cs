using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>How far the restores of stores are. Listens to the instance, on its stream threads; safe for use by several threads.</summary>
internal sealed class RestorePart(IStateRestoreListener? also, TimeProvider clock) : IPagePart, IStateRestoreListener
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(TopicPartition Changelog, string Store), Progress> _running = [];

    public string Name => "restore";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_running.OrderBy(r => r.Key.Store, StringComparer.Ordinal).ThenBy(r => r.Key.Changelog.Partition).Select(r => Row(r.Key, r.Value)).ToList());
        }
    }

    public void OnRestoreStart(TopicPartition changelog, string store, long startOffset, long endOffset)
    {
        lock (_lock)
            _running[(changelog, store)] = new Progress(startOffset, startOffset, endOffset, clock.GetTimestamp());
        also?.OnRestoreStart(changelog, store, startOffset, endOffset);
    }

    public void OnBatchRestored(TopicPartition changelog, string store, long batchEndOffset, long restored)
    {
        lock (_lock)
        {
            if (_running.TryGetValue((changelog, store), out var known))
                _running[(changelog, store)] = known with { Position = batchEndOffset };
        }

        also?.OnBatchRestored(changelog, store, batchEndOffset, restored);
    }

    public void OnRestoreEnd(TopicPartition changelog, string store, long totalRestored)
    {
        lock (_lock)
            _running.Remove((changelog, store));
        also?.OnRestoreEnd(changelog, store, totalRestored);
    }

    public void OnRestoreSuspended(TopicPartition changelog, string store, long totalRestored)
    {
        lock (_lock)
            _running.Remove((changelog, store));
        also?.OnRestoreSuspended(changelog, store, totalRestored);
    }

    private object Row((TopicPartition Changelog, string Store) key, Progress progress)
    {
        var seconds = clock.GetElapsedTime(progress.Began).TotalSeconds;
        var rate = seconds > 0 ? (progress.Position - progress.From) / seconds : 0;
        return new
        {
            key.Changelog.Topic,
            key.Changelog.Partition,
            key.Store,
            progress.From,
            progress.Position,
            progress.End,
            Rate = Math.Round(rate, 1),
            SecondsLeft = rate > 0 ? Math.Ceiling((progress.End - progress.Position) / rate) : default(double?),
        };
    }

    private sealed record Progress(long From, long Position, long End, long Began);
}
