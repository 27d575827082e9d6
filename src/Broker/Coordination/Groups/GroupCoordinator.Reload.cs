using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <content>
/// What follows when a partition of the topic could not be written: its groups know things that the log does not hold. They
/// are dropped and read again from what is durable, as another broker of a cluster would; members find their places as of
/// then.
/// </content>
internal sealed partial class GroupCoordinator
{
    /// <summary>How long a reload waits, so that a disk that stays full is not read over and over.</summary>
    private static readonly TimeSpan ReloadDelay = TimeSpan.FromSeconds(1);

    /// <summary>Partitions that are being read again, with the transactions that ended meanwhile. Its own lock.</summary>
    private readonly Dictionary<PartitionLog, List<(long ProducerId, bool Committed)>> _reloading = [];
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _isReloading;

    private bool IsReloading(string groupId)
    {
        if (!_isReloading)
        {
            return false;
        }

        var log = _topic.LogOf(groupId);
        lock (_reloading)
        {
            return _reloading.ContainsKey(log);
        }
    }

    /// <summary>Begins to read a partition again; nothing happens when that is under way.</summary>
    private void BeginReload(PartitionLog log)
    {
        lock (_reloading)
        {
            if (_stopping.IsCancellationRequested || !_reloading.TryAdd(log, []))
            {
                return;
            }

            _isReloading = true;
        }

        CoordinationLogs.ReloadingGroups(_logger, log.Partition.Topic, log.Partition.Partition);
        _ = Task.Run(() => BackgroundWork.RunAsync(() => ReloadAsync(log), _logger));
    }

    private async ValueTask ReloadAsync(PartitionLog log)
    {
        try
        {
            DropGroups(log);
            var groups = Take(await ReadAsync(log));
            while (TakeEnded(log) is { } ended)
            {
                foreach (var (producerId, committed) in ended)
                {
                    Complete(producerId, log.Partition.Partition, committed);
                }
            }

            CoordinationLogs.ReloadedGroups(_logger, groups, log.Partition.Topic, log.Partition.Partition);
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }

    private async ValueTask<GroupLoader> ReadAsync(PartitionLog log)
    {
        while (true)
        {
            await Task.Delay(ReloadDelay, _clock, _stopping.Token);
            if (log.IsFailed)
            {
                continue;
            }

            try
            {
                var loader = new GroupLoader(_limits);
                CoordinatorTopic.Replay(log, loader);
                return loader;
            }
            catch (IOException exception)
            {
                CoordinationLogs.ReloadFailed(_logger, exception, log.Partition.Topic, log.Partition.Partition);
            }
        }
    }

    private void DropGroups(PartitionLog log)
    {
        foreach (var entry in _entries.Values.Where(entry => entry.Log == log))
        {
            _entries.TryRemove(KeyValuePair.Create(entry.Id, entry));
            entry.Dispose();
        }

        lock (_byProducer)
        {
            foreach (var (producerId, entries) in _byProducer)
            {
                entries.RemoveWhere(entry => entry.Log == log);
                if (entries.Count == 0)
                {
                    _byProducer.Remove(producerId);
                }
            }
        }
    }

    /// <summary>Notes the end of a transaction for a partition that is being read again: the marker may come after what was read.</summary>
    private bool KeepForReload(int partition, long producerId, bool committed)
    {
        if (!_isReloading)
        {
            return false;
        }

        lock (_reloading)
        {
            var log = _reloading.Keys.FirstOrDefault(log => log.Partition.Partition == partition);
            if (log is null)
            {
                return false;
            }

            _reloading[log].Add((producerId, committed));
            return true;
        }
    }

    /// <summary>The transactions that ended since the last call; null when there are none, and then the reload is over.</summary>
    private List<(long ProducerId, bool Committed)>? TakeEnded(PartitionLog log)
    {
        lock (_reloading)
        {
            var ended = _reloading[log];
            if (ended.Count > 0)
            {
                _reloading[log] = [];
                return ended;
            }

            _reloading.Remove(log);
            _isReloading = _reloading.Count > 0;
            return null;
        }
    }

    private void StopReloading()
    {
        lock (_reloading)
        {
            _stopping.Cancel();
        }
    }
}
