using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <content>Offsets: plain and transactional commits, reading, deletion and expiry.</content>
internal sealed partial class Group
{
    /// <summary>Whether the group holds no offsets, neither committed nor pending.</summary>
    public bool HasNoOffsets => _offsets.IsEmpty;

    /// <summary>Producers whose open transactions hold offsets of this group.</summary>
    public IReadOnlyCollection<long> PendingProducers => _offsets.PendingProducers;

    /// <summary>A plain commit, by a member, an administrator or a consumer that manages itself.</summary>
    /// <returns>One result for each offset, in their order.</returns>
    public IReadOnlyList<PartitionResult> Commit(
        Committer by,
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets,
        Instant now,
        GroupEffects effects)
    {
        var error = CheckCommit(by, transactional: false);
        if (error is ErrorCode.None && State is GroupState.CompletingRebalance)
        {
            error = ErrorCode.RebalanceInProgress;
        }

        if (error is not ErrorCode.None)
        {
            return All(offsets, error);
        }

        if (_members.Find(by.MemberId) is { } member)
        {
            Restart(member, now);
        }

        return Store(offsets, effects, _offsets.Commit);
    }

    /// <summary>
    /// A commit as part of a transaction: it counts when the transaction commits (KIP-98, KIP-447). The log may refuse the
    /// records of a producer that has been fenced meanwhile, so they count as written only with <see cref="PendOffset"/>.
    /// </summary>
    /// <returns>One result for each offset, in their order.</returns>
    public IReadOnlyList<PartitionResult> CommitTransactional(
        Committer by,
        ProducerIdentity producer,
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets,
        GroupEffects effects)
    {
        var error = CheckCommit(by, transactional: true);
        if (error is not ErrorCode.None)
        {
            return All(offsets, error);
        }

        effects.Producer = producer;
        return Store(offsets, effects, apply: null);
    }

    /// <summary>An offset of an open transaction stands in the log.</summary>
    public void PendOffset(long producerId, OffsetRecord record)
    {
        if (record.Value is { } value)
        {
            _offsets.CommitPending(producerId, record.Partition, value);
        }
    }

    /// <summary>
    /// The marker of a transaction has been written to the partition of the log that holds this group. It needs no record:
    /// the marker is one.
    /// </summary>
    public bool CompleteTransaction(long producerId, bool committed) => _offsets.Complete(producerId, committed);

    /// <summary>Reads offsets: of <paramref name="partitions"/>, or all there are when null.</summary>
    /// <param name="partitions">Which ones; of those without a commit the offset is -1.</param>
    /// <param name="requireStable">Refuse partitions that a transaction may still change (KIP-447).</param>
    public IReadOnlyList<FetchedOffset> Fetch(IReadOnlyCollection<TopicPartition>? partitions, bool requireStable)
    {
        partitions ??= _offsets.Partitions;
        var fetched = new List<FetchedOffset>(partitions.Count);
        foreach (var partition in partitions)
        {
            fetched.Add(Fetch(partition, requireStable));
        }

        return fetched;
    }

    /// <summary>What a group that is not there answers.</summary>
    public static FetchedOffset NoOffset(TopicPartition partition, ErrorCode error = ErrorCode.None) =>
        new(partition, -1, -1, "", error);

    /// <summary>
    /// OffsetDelete (KIP-496): offsets of topics that no member subscribes to. A group error, else one result for each
    /// partition.
    /// </summary>
    public (ErrorCode Error, IReadOnlyList<PartitionResult> Results) DeleteOffsets(
        IReadOnlyList<TopicPartition> partitions, Instant now, GroupEffects effects)
    {
        if (State is GroupState.Dead)
        {
            return (ErrorCode.GroupIdNotFound, []);
        }

        if (State is not GroupState.Empty && _protocolType != ConsumerProtocolType)
        {
            return (ErrorCode.NonEmptyGroup, []);
        }

        var results = new List<PartitionResult>(partitions.Count);
        var some = false;
        foreach (var partition in partitions)
        {
            var subscribed = State is not GroupState.Empty && (_subscribedTopics?.Contains(partition.Topic) ?? true);
            if (!subscribed)
            {
                RemoveOffset(partition, effects);
                some = true;
            }

            results.Add(new PartitionResult(
                partition, subscribed ? ErrorCode.GroupSubscribedToTopic : ErrorCode.None));
        }

        if (some)
        {
            BuryIfUnused(now, effects);
        }

        return (ErrorCode.None, results);
    }

    /// <summary>Forgets the offsets of topics that are gone.</summary>
    public void ForgetTopic(string topic, Instant now, GroupEffects effects)
    {
        foreach (var partition in _offsets.Partitions.Where(p => p.Topic == topic).ToList())
        {
            RemoveOffset(partition, effects);
        }

        BuryIfUnused(now, effects);
    }

    /// <summary>
    /// Drops offsets whose retention is over (KIP-211): in a group without members counted from when it became empty; for a
    /// consumer that manages itself, and for topics that nobody in a stable group subscribes to, from the commit. What an open
    /// transaction is about to change stays until it is over. Then the group itself, when nothing is left of it.
    /// </summary>
    /// <returns>How many offsets have expired.</returns>
    public int ExpireOffsets(Instant now, GroupEffects effects)
    {
        var expired = _offsets.Partitions.Where(p => IsExpired(p, now.UtcMs) && !_offsets.IsPending(p)).ToList();
        foreach (var partition in expired)
        {
            RemoveOffset(partition, effects);
        }

        BuryIfUnused(now, effects);
        return expired.Count;
    }

    private bool IsExpired(TopicPartition partition, long nowUtc)
    {
        var value = _offsets.Find(partition)!;
        long since;
        if (_protocolType is null)
        {
            since = value.CommitUtcMs;
        }
        else if (State is GroupState.Empty)
        {
            since = _stateSinceUtc >= 0 ? _stateSinceUtc : value.CommitUtcMs;
        }
        else if (State is GroupState.Stable && _subscribedTopics?.Contains(partition.Topic) is false)
        {
            since = value.CommitUtcMs;
        }
        else
        {
            return false;
        }

        return value.ExpireUtcMs >= 0 ? nowUtc >= value.ExpireUtcMs : nowUtc - since >= _limits.OffsetsRetentionMs;
    }

    private void BuryIfUnused(Instant now, GroupEffects effects)
    {
        if (State is GroupState.Empty && _offsets.IsEmpty && _expected.Count == 0)
        {
            Bury(now, effects);
        }
    }

    private void RemoveOffset(TopicPartition partition, GroupEffects effects)
    {
        if (_offsets.Remove(partition))
        {
            effects.Records.Add(new OffsetRecord(partition, null));
        }
    }

    private FetchedOffset Fetch(TopicPartition partition, bool requireStable)
    {
        if (requireStable && _offsets.IsPending(partition))
        {
            return NoOffset(partition, ErrorCode.UnstableOffsetCommit);
        }

        return _offsets.Find(partition) is { } value
            ? new FetchedOffset(partition, value.Offset, value.LeaderEpoch, value.Metadata, ErrorCode.None)
            : NoOffset(partition);
    }

    /// <summary>Who may commit. Transactions of old clients (TxnOffsetCommit before 3) do not say who they are.</summary>
    private ErrorCode CheckCommit(Committer by, bool transactional)
    {
        if (State is GroupState.Dead)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        if (by.Generation < 0 && State is GroupState.Empty)
        {
            return ErrorCode.None;
        }

        if (by.Generation >= 0 || by.MemberId.Length > 0 || by.InstanceId is not null)
        {
            return CheckMember(by.MemberId, by.InstanceId, by.Generation);
        }

        return transactional || State is GroupState.Empty ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private List<PartitionResult> Store(
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets,
        GroupEffects effects,
        Action<TopicPartition, CommittedOffset>? apply)
    {
        var results = new List<PartitionResult>(offsets.Count);
        foreach (var (partition, value) in offsets)
        {
            if (value.Metadata.Length > _limits.MaxOffsetMetadata)
            {
                results.Add(new PartitionResult(partition, ErrorCode.OffsetMetadataTooLarge));
                continue;
            }

            effects.Records.Add(new OffsetRecord(partition, value));
            apply?.Invoke(partition, value);
            results.Add(new PartitionResult(partition, ErrorCode.None));
        }

        return results;
    }

    private static List<PartitionResult> All(
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets, ErrorCode error)
    {
        var results = new List<PartitionResult>(offsets.Count);
        foreach (var (partition, _) in offsets)
        {
            results.Add(new PartitionResult(partition, error));
        }

        return results;
    }
}
