using Confluent.Kafka;
using MedStreams.Monitoring.Lag.ConsumerOffsets;
using Microsoft.Extensions.Logging;
using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Watches the groups of a cluster: follows what they commit, asks again and again where partitions end, and keeps both in a <see cref="LagBook"/>. A
/// cluster that cannot be reached is tried again at each look. Safe for use by several threads.
/// </summary>
public sealed class ClusterWatch : IAsyncDisposable
{
    private const int LooksPerFirst = 6;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly LagEvaluator _evaluator;
    private readonly WatchedPartitions _partitions = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly TaskCompletionSource _firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConsumer<byte[]?, byte[]?> _asker;
    private readonly IConsumer<byte[]?, byte[]?> _follower;
    private readonly IAdminClient _admin;
    private readonly WaitTimes _waits;
    private readonly OffsetsFollower _offsets;
    private readonly Task[] _loops;
    private IReadOnlyDictionary<string, int> _topics = new Dictionary<string, int>();
    private long? _topicsAt;
    private int _looks;
    private long _refused;
    private volatile int _offsetsPartitions;
    private bool _hasNewEnds;
    private bool _hasNewTopics;
    private volatile bool _isReachable = true;
    private volatile bool _hasCaughtUp;
    private bool _hasTimes = true;
    private Dictionary<(TopicPartition Partition, long Offset), long> _places = [];

    /// <summary>Begins to watch.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="clock">Tells the present, and when to look again.</param>
    /// <param name="logger">Is told when the cluster goes and comes back.</param>
    public ClusterWatch(MonitoredCluster cluster, TimeProvider clock, ILogger logger)
    {
        (Cluster, _clock, _logger) = (cluster, clock, logger);
        Book = new LagBook(cluster.Book, clock);
        _evaluator = new LagEvaluator(cluster.Rules);
        _asker = cluster.Connect(LagConsumer.Config("medstreams-monitor"));
        _follower = cluster.Connect(LagConsumer.Config("medstreams-monitor"));
        _admin = cluster.Admin();
        _waits = new WaitTimes(_asker, TimeSpan.FromSeconds(Math.Min(2, cluster.Timeout.TotalSeconds)));
        _offsets = new OffsetsFollower(_follower, Book, Wake);
        _loops =
        [
            Task.Factory.StartNew(LookAgainAndAgain, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            Task.Factory.StartNew(Follow, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
        ];
    }

    /// <summary>The cluster.</summary>
    public MonitoredCluster Cluster { get; }

    /// <summary>What is known of its groups.</summary>
    public LagBook Book { get; }

    /// <summary>Whether the last look at the ends of partitions succeeded; true before the first one.</summary>
    public bool IsReachable => _isReachable;

    /// <summary>Whether everything that groups had committed before the watch began is noted.</summary>
    public bool HasCaughtUp => _hasCaughtUp;

    /// <summary>How long the last look at the ends of all partitions took.</summary>
    public TimeSpan LastLook { get; private set; }

    /// <summary>Is done after the first look that succeeded.</summary>
    internal Task FirstLook => _firstLook.Task;

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Judges a group now.</summary>
    /// <param name="group">The group.</param>
    public GroupLag Evaluate(string group) => _evaluator.Evaluate(Windows(group), Now);

    /// <summary>
    /// What is known of a group, by topic and partition; null where it is not known. Where nothing but markers of transactions is left to read, the lag is 0.
    /// </summary>
    /// <param name="group">The group.</param>
    public IReadOnlyDictionary<string, IReadOnlyList<PartitionWindow>>? Windows(string group) =>
        Book.Windows(group)?.ToDictionary(
            t => t.Key,
            IReadOnlyList<PartitionWindow> (t) => [.. t.Value.Select((window, p) => IsRead(t.Key, p, window) ? window with { CurrentLag = 0 } : window)],
            StringComparer.Ordinal);

    /// <summary>A group as it is known now; partitions that it neither commits nor reads are left out.</summary>
    /// <param name="group">The group.</param>
    public GroupReport Report(string group)
    {
        var lag = Evaluate(group);
        return new GroupReport(
            group, Book.Members(group), lag.Status, [.. lag.Partitions.Where(p => p.End is not null || p.ClientId.Length > 0).Select(Report)]);
    }

    /// <summary>Where partitions begin and end, by topic and partition.</summary>
    public IReadOnlyList<PartitionRange> Ranges() => _partitions.Ranges();

    /// <summary>
    /// How long the next uncommitted record of a partition has waited: from the ends that were seen, or from the record's own time. Zero without a lag, null
    /// where it is not known, or not yet.
    /// </summary>
    /// <param name="lag">The partition as it was judged.</param>
    public TimeSpan? Behind(PartitionLag lag)
    {
        if (lag.End is null)
            return null;
        if (lag.CurrentLag == 0)
            return TimeSpan.Zero;
        var partition = new TopicPartition(lag.Topic, lag.Partition);
        var offset = _partitions.Existing(partition, lag.End.Offset);
        var since = _waits.Since(partition, offset) ?? _partitions.WrittenAt(partition, offset);
        return since is { } time ? TimeSpan.FromMilliseconds(Math.Max(0, Now - time)) : null;
    }

    /// <summary>Looks at new topics at once, not only when it is time again.</summary>
    private void Wake()
    {
        lock (_wake)
        {
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    /// <summary>Ends the watch.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _asker.Close();
        _asker.Dispose();
        _follower.Close();
        _follower.Dispose();
        _admin.Dispose();
        _stop.Dispose();
        _wake.Dispose();
    }

    private void LookAgainAndAgain()
    {
        var isWoken = false;
        var began = _clock.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!isWoken)
                    Look(began = _clock.GetTimestamp());
                else
                    LookAtNewTopics();
            }
            catch (KafkaException e)
            {
                SetReachable(false, e.Error.Code.ToString());
            }

            isWoken = IsWokenBefore(Cluster.OffsetRefresh - _clock.GetElapsedTime(began));
        }
    }

    private bool IsWokenBefore(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
            return false;
        using var timer = new CancellationTokenSource(time, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _stop.Token);
        try
        {
            _wake.Wait(both.Token);
            return true;
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            return false; // it is time
        }
    }

    private void Look(long began)
    {
        if (!_isReachable || _topicsAt is not { } at || _clock.GetElapsedTime(at) >= Cluster.TopicRefresh)
        {
            LookAtTopics();
            _topicsAt = began;
            _hasNewTopics = true;
        }

        LookAtEnds(_topics.SelectMany(Partitions).ToList(), withFirst: _looks++ % LooksPerFirst == 0);
        if (Cluster.LooksUpTimes && _hasTimes && _hasCaughtUp)
            LookUpTimes();
        LastLook = _clock.GetElapsedTime(began);
        SetReachable(true, "");
        if (_firstLook.TrySetResult())
            WatchLog.Watched(_logger, Cluster.Name, _topics.Count);
        if (Book.Refused > _refused)
            WatchLog.Full(_logger, Cluster.Name, _refused = Book.Refused);
    }

    /// <summary>A group commits for a topic that is not known: it may be new. The others' ends keep their pace, which windows are measured by.</summary>
    private void LookAtNewTopics()
    {
        var known = _topics;
        LookAtTopics();
        LookAtEnds([.. _topics.Where(t => !known.TryGetValue(t.Key, out var count) || count != t.Value).SelectMany(Partitions)], withFirst: true);
    }

    private PartitionReport Report(PartitionLag lag)
    {
        var partition = new TopicPartition(lag.Topic, lag.Partition);
        var committed = lag.End?.Offset;
        var lost = committed is { } offset ? _partitions.Existing(partition, offset) - offset : 0;
        return new PartitionReport(lag, committed, _partitions.End(partition), committed is null ? null : lag.CurrentLag - Math.Min(lost, lag.CurrentLag), lost, Behind(lag));
    }

    private bool IsRead(string topic, int partition, PartitionWindow window) =>
        Place(topic, partition, window) is { } place && _waits.IsEmpty(place.Partition, place.Offset, window.EndOffsets[^1]);

    /// <summary>Where a group goes on that lags; null where it does not.</summary>
    private (TopicPartition Partition, long Offset)? Place(string topic, int p, PartitionWindow window)
    {
        if (window.CurrentLag == 0 || window.Commits.Count == 0 || window.Commits[^1] is not { } last)
            return null;
        var partition = new TopicPartition(topic, p);
        return (partition, _partitions.Existing(partition, last.Offset));
    }

    private static IEnumerable<TopicPartition> Partitions(KeyValuePair<string, int> topic) =>
        Enumerable.Range(0, topic.Value).Select(p => new TopicPartition(topic.Key, p));

    private void LookAtTopics()
    {
        var topics = _admin.GetMetadata(Cluster.Timeout).Topics
            .Where(t => t.Error.Code == ErrorCode.NoError).ToDictionary(t => t.Topic, t => t.Partitions.Count, StringComparer.Ordinal);
        foreach (var gone in _topics.Keys.Where(t => !topics.ContainsKey(t)))
        {
            Book.DeleteTopic(gone);
            _partitions.Forget(gone);
        }

        _topics = topics;
        _offsetsPartitions = topics.GetValueOrDefault(OffsetsTopic.Name);
    }

    private void LookAtEnds(IReadOnlyCollection<TopicPartition> partitions, bool withFirst)
    {
        var ends = new PartitionEnds(_asker, Cluster.Timeout);
        var last = ends.Last(partitions);
        foreach (var (partition, end) in last)
            Book.SetEnd(partition.Topic, partition.Partition, _topics[partition.Topic], end);
        _partitions.SetEnds(last, Now);
        if (withFirst)
            _partitions.SetFirst(ends.First(partitions));
        _hasNewEnds = true;
    }

    /// <summary>Looks at the records that groups wait before which have not moved since the last look, or whose time does not follow from ends.</summary>
    private void LookUpTimes()
    {
        var all = new Dictionary<(TopicPartition Partition, long Offset), long>();
        foreach (var (topic, windows) in Book.Groups.SelectMany(g => Book.Windows(g) ?? new Dictionary<string, IReadOnlyList<PartitionWindow>>()))
        {
            foreach (var (p, window) in windows.Index())
            {
                if (Place(topic, p, window) is { } place)
                    all[place] = window.EndOffsets[^1];
            }
        }

        var places = all.Where(p => _places.ContainsKey(p.Key) || _partitions.WrittenAt(p.Key.Partition, p.Key.Offset) is null).ToDictionary();
        _places = all;
        try
        {
            _waits.Look(places, _stop.Token);
        }
        catch (ConsumeException e)
        {
            _hasTimes = false;
            WatchLog.NoTimes(_logger, Cluster.Name, e.Error.Code.ToString());
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is known stays known.
        }
    }

    private void Follow()
    {
        try
        {
            _firstLook.Task.Wait(_stop.Token);
            while (!_stop.IsCancellationRequested)
                FollowOnce();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It was never reached.
        }
    }

    private void FollowOnce()
    {
        try
        {
            _offsets.Assign(_offsetsPartitions);
            if (Interlocked.Exchange(ref _hasNewTopics, false))
                _offsets.ForgetMissing();
            if (Interlocked.Exchange(ref _hasNewEnds, false))
                _offsets.Retry();
            _offsets.Step();
            _hasCaughtUp = _offsets.HasCaughtUp;
        }
        catch (ConsumeException e)
        {
            SetReachable(false, e.Error.Code.ToString());
            _stop.Token.WaitHandle.WaitOne(Cluster.OffsetRefresh);
        }
    }

    private void SetReachable(bool isReachable, string error)
    {
        if (_isReachable == isReachable)
            return;
        _isReachable = isReachable;
        if (isReachable)
            WatchLog.Reachable(_logger, Cluster.Name);
        else
            WatchLog.Unreachable(_logger, Cluster.Name, error);
    }
}
