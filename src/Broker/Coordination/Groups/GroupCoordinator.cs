using System.Collections.Concurrent;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// All groups of the broker. Finds or makes the group that a request names and hands the request to it; answers come
/// when they are durable. Safe for concurrent use.
/// </summary>
internal sealed partial class GroupCoordinator : IDisposable
{
    private readonly CoordinatorTopic _topic;
    private readonly GroupLimits _limits;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, GroupEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Groups that hold offsets of a producer's open transaction, or did so.</summary>
    private readonly Dictionary<long, HashSet<GroupEntry>> _byProducer = [];
    private ITimer? _cleanup;

    public GroupCoordinator(CoordinatorTopic topic, GroupLimits limits, TimeProvider clock, ILogger logger)
    {
        _topic = topic;
        _limits = limits;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>What groups may ask for.</summary>
    public GroupLimits Limits => _limits;

    /// <summary>The states of all groups as of now.</summary>
    public IEnumerable<GroupState> States => _entries.Values.Select(entry => entry.State);

    /// <summary>How many groups there are.</summary>
    public int Count => _entries.Count;

    /// <summary>
    /// Reads the groups back, before the first request. Members' sessions begin now; periodic expiry is switched on.
    /// </summary>
    public void Load()
    {
        var loader = new GroupLoader(_limits);
        _topic.Replay(loader);
        Take(loader);
        var interval = TimeSpan.FromMilliseconds(_limits.OffsetsRetentionCheckMs);
        _cleanup = _clock.CreateTimer(static c => ((GroupCoordinator)c!).OnCleanupTimer(), this, interval, interval);
    }

    /// <summary>Makes the topic, if it is not there, before a client is told that the coordinator is here.</summary>
    public void EnsureTopic() => _ = _topic.Partitions;

    /// <summary>The partition of <c>__consumer_offsets</c> that holds a group.</summary>
    public TopicPartition PartitionOf(string groupId) => _topic.LogOf(groupId).Partition;

    /// <summary>JoinGroup. A group is made for a newcomer, not for a member id that nobody knows.</summary>
    public async ValueTask<JoinAnswer> JoinAsync(string groupId, JoinCommand join)
    {
        if (groupId.Length == 0)
        {
            return new JoinAnswer(ErrorCode.InvalidGroupId, join.MemberId);
        }

        if (join.SessionTimeoutMs < _limits.MinSessionTimeoutMs || join.SessionTimeoutMs > _limits.MaxSessionTimeoutMs)
        {
            return new JoinAnswer(ErrorCode.InvalidSessionTimeout, join.MemberId);
        }

        return await WithAsync(
            groupId,
            join.MemberId.Length == 0,
            ErrorCode.UnknownMemberId,
            error => new JoinAnswer(error, join.MemberId),
            entry => entry.JoinAsync(join));
    }

    /// <summary>SyncGroup.</summary>
    public ValueTask<SyncAnswer> SyncAsync(string groupId, SyncCommand sync) => groupId.Length == 0
        ? new(SyncAnswer.Refused(ErrorCode.InvalidGroupId))
        : WithAsync(
            groupId, create: false, ErrorCode.UnknownMemberId, SyncAnswer.Refused, entry => entry.SyncAsync(sync));

    /// <summary>Heartbeat.</summary>
    public ValueTask<ErrorCode> HeartbeatAsync(
        string groupId, string memberId, string? instanceId, int generation) => groupId.Length == 0
        ? new(ErrorCode.InvalidGroupId)
        : WithAsync(groupId, create: false, ErrorCode.UnknownMemberId, error => error, entry => entry.RunAsync(
            (group, now, _) => group.Heartbeat(memberId, instanceId, generation, now)));

    /// <summary>LeaveGroup: one result for each who leaves.</summary>
    public ValueTask<IReadOnlyList<ErrorCode>> LeaveAsync(string groupId, IReadOnlyList<Leaving> leaving) => WithAsync(
        groupId, create: false, ErrorCode.UnknownMemberId, error => [.. leaving.Select(_ => error)], entry => entry.RunAsync(
            (group, now, effects) => group.Leave(leaving, now, effects)));

    /// <summary>OffsetCommit. A group is made for a consumer that manages itself.</summary>
    public ValueTask<IReadOnlyList<PartitionResult>> CommitAsync(
        string groupId,
        Committer by,
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets) => WithAsync(
            groupId,
            by.Generation < 0,
            ErrorCode.IllegalGeneration,
            error => ForEach(offsets, error),
            entry => entry.RunAsync((group, now, effects) => group.Commit(by, offsets, now, effects)));

    /// <summary>TxnOffsetCommit.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="by">Who commits.</param>
    /// <param name="producer">The producer whose transaction it is.</param>
    /// <param name="offsets">The offsets.</param>
    /// <param name="verify">Whether a partition is part of that transaction now.</param>
    public ValueTask<IReadOnlyList<PartitionResult>> CommitTransactionalAsync(
        string groupId,
        Committer by,
        ProducerIdentity producer,
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets,
        Func<TopicPartition, ErrorCode> verify) => groupId.Length == 0
        ? new(ForEach(offsets, ErrorCode.InvalidGroupId))
        : WithAsync(groupId, create: true, ErrorCode.None, error => ForEach(offsets, error), entry =>
            entry.CommitTransactionalAsync(by, producer, offsets, verify, () => Remember(producer.Id, entry)));

    /// <summary>OffsetFetch of one group; null partitions stand for all.</summary>
    public ValueTask<(ErrorCode Error, IReadOnlyList<FetchedOffset> Offsets)> FetchAsync(
        string groupId, IReadOnlyCollection<TopicPartition>? partitions, bool requireStable) => WithAsync(
            groupId,
            create: false,
            ErrorCode.None,
            error => (error, [.. (partitions ?? []).Select(p => Group.NoOffset(p))]),
            entry => entry.RunAsync<(ErrorCode, IReadOnlyList<FetchedOffset>)>(
                (group, _, _) => (ErrorCode.None, group.Fetch(partitions, requireStable))));

    /// <summary>OffsetDelete: a group error, else one result for each partition.</summary>
    public async ValueTask<(ErrorCode Error, IReadOnlyList<PartitionResult> Results)> DeleteOffsetsAsync(
        string groupId, IReadOnlyList<TopicPartition> partitions) => groupId.Length == 0
        ? (ErrorCode.InvalidGroupId, [])
        : await WithAsync(groupId, create: false, ErrorCode.GroupIdNotFound, error => (error, []), entry => entry.RunAsync(
            (group, now, effects) => group.DeleteOffsets(partitions, now, effects)));

    /// <summary>DeleteGroups, one of them.</summary>
    public ValueTask<ErrorCode> DeleteAsync(string groupId) =>
        WithAsync(groupId, create: false, ErrorCode.GroupIdNotFound, error => error, entry => entry.RunAsync(
            (group, now, effects) => group.Delete(now, effects)));

    /// <summary>DescribeGroups, one of them; a group that is not there is dead.</summary>
    public ValueTask<DescribedGroup> DescribeAsync(string groupId) =>
        WithAsync(groupId, create: false, ErrorCode.None, DescribedGroup.None, entry => entry.RunAsync(
            (group, _, _) => group.Describe()));

    /// <summary>All groups with their state and protocol type.</summary>
    public async ValueTask<(ErrorCode Error, IReadOnlyList<ListedGroup> Groups)> ListAsync()
    {
        if (_isReloading)
        {
            return (ErrorCode.CoordinatorLoadInProgress, []);
        }

        var listed = new List<ListedGroup>();
        foreach (var entry in _entries.Values)
        {
            try
            {
                var group = await entry.RunAsync((g, _, _) => new ListedGroup(g.Id, g.State, g.ProtocolType));
                if (group.HasValue)
                {
                    listed.Add(group.Value);
                }
            }
            catch (CoordinatorFailedException)
            {
                return (ErrorCode.CoordinatorNotAvailable, []);
            }
        }

        return (ErrorCode.None, listed);
    }

    /// <summary>The marker that ends a producer's transaction stands, durable, in a partition of the topic.</summary>
    public void CompleteTransaction(long producerId, int partition, bool committed)
    {
        if (!KeepForReload(partition, producerId, committed))
        {
            Complete(producerId, partition, committed);
        }
    }

    private void Complete(long producerId, int partition, bool committed)
    {
        List<GroupEntry> here;
        lock (_byProducer)
        {
            if (!_byProducer.TryGetValue(producerId, out var entries))
            {
                return;
            }

            here = [.. entries.Where(e => e.Log.Partition.Partition == partition)];
            entries.ExceptWith(here);
            if (entries.Count == 0)
            {
                _byProducer.Remove(producerId);
            }
        }

        foreach (var entry in here)
        {
            entry.CompleteTransaction(producerId, committed);
        }
    }

    /// <summary>A topic was deleted: its offsets go with it.</summary>
    public async ValueTask ForgetTopicAsync(string topic) => await ForAllAsync((group, now, effects) =>
    {
        group.ForgetTopic(topic, now, effects);
        return 0;
    });

    /// <summary>Drops offsets whose retention is over, and groups of which nothing is left.</summary>
    public async ValueTask ExpireAsync()
    {
        var groups = _entries.Count;
        var expired = await ForAllAsync((group, now, effects) => group.ExpireOffsets(now, effects));
        var gone = groups - _entries.Count;
        if (expired > 0 || gone > 0)
        {
            CoordinationLogs.OffsetsExpired(_logger, expired, Math.Max(gone, 0));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cleanup?.Dispose();
        StopReloading();
        foreach (var entry in _entries.Values)
        {
            entry.Dispose();
        }
    }

    private void OnCleanupTimer() => _ = BackgroundWork.RunAsync(ExpireAsync, _logger);

    private async ValueTask<int> ForAllAsync(Func<Group, Instant, GroupEffects, int> command)
    {
        var sum = 0;
        foreach (var entry in _entries.Values)
        {
            try
            {
                sum += (await entry.RunAsync(command)).Value;
            }
            catch (CoordinatorFailedException)
            {
                // The refusal was logged; the other groups may live in other partitions.
            }
        }

        return sum;
    }

    private async ValueTask<T> WithAsync<T>(
        string groupId,
        bool create,
        ErrorCode absent,
        Func<ErrorCode, T> answer,
        Func<GroupEntry, ValueTask<GroupResult<T>>> run)
    {
        try
        {
            while (true)
            {
                if (IsReloading(groupId))
                {
                    return answer(ErrorCode.CoordinatorLoadInProgress);
                }

                if (!_entries.TryGetValue(groupId, out var entry))
                {
                    if (!create)
                    {
                        return answer(absent);
                    }

                    if (GetOrAdd(groupId) is not { } added)
                    {
                        continue;
                    }

                    entry = added;
                }

                var result = await run(entry);
                if (result.HasValue)
                {
                    return result.Value;
                }
            }
        }
        catch (CoordinatorFailedException)
        {
            return answer(ErrorCode.NotCoordinator);
        }
    }

    private static IReadOnlyList<PartitionResult> ForEach(
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets, ErrorCode error) =>
        [.. offsets.Select(o => new PartitionResult(o.Partition, error))];

    /// <summary>The entry of a group, made if need be; null when its partition is being read again.</summary>
    private GroupEntry? GetOrAdd(string groupId)
    {
        var log = _topic.LogOf(groupId);
        lock (_reloading)
        {
            if (_reloading.ContainsKey(log))
            {
                return null;
            }

            var made = NewEntry(new Group(groupId, _limits));
            var entry = _entries.GetOrAdd(groupId, made);
            if (entry != made)
            {
                made.Dispose();
            }

            return entry;
        }
    }

    /// <summary>Takes groups over that were read from the topic.</summary>
    private int Take(GroupLoader loader)
    {
        var count = 0;
        foreach (var group in loader.Finish(Instant.Read(_clock)))
        {
            var producers = group.PendingProducers.ToList();
            var entry = _entries[group.Id] = NewEntry(group);
            foreach (var producer in producers)
            {
                Remember(producer, entry);
            }

            entry.Start();
            count++;
        }

        return count;
    }

    private GroupEntry NewEntry(Group group) =>
        new(group, _topic.LogOf(group.Id), _clock, Forget, entry => BeginReload(entry.Log), _logger);

    private void Forget(GroupEntry entry)
    {
        _entries.TryRemove(KeyValuePair.Create(entry.Id, entry));
        entry.Dispose();
    }

    private void Remember(long producerId, GroupEntry entry)
    {
        lock (_byProducer)
        {
            if (!_byProducer.TryGetValue(producerId, out var entries))
            {
                _byProducer[producerId] = entries = [];
            }

            entries.Add(entry);
        }
    }
}
