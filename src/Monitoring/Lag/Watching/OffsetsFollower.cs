using Confluent.Kafka;
using MedStreams.Monitoring.Lag.ConsumerOffsets;
using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Follows <c>__consumer_offsets</c> from its beginning and notes in the book what groups commit and who their members are. A commit for a partition whose
/// end is not known yet waits until it is. One thread at a time.
/// </summary>
/// <param name="consumer">Shows committed records only, and the ends of partitions.</param>
/// <param name="book">Where it is noted.</param>
/// <param name="wantsEnds">Is told that an end is missing.</param>
internal sealed class OffsetsFollower(IConsumer<byte[]?, byte[]?> consumer, LagBook book, Action wantsEnds)
{
    private const int MostWaiting = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly List<(TopicPartition Partition, Action Note)> _waiting = [];
    private readonly HashSet<TopicPartition> _missing = [];
    private readonly HashSet<int> _unread = [];
    private int _partitions;

    /// <summary>Whether everything that was there at the beginning is noted.</summary>
    public bool HasCaughtUp { get; private set; }

    /// <summary>Begins at the beginning, or takes further partitions.</summary>
    /// <param name="partitions">How many the topic has.</param>
    public void Assign(int partitions)
    {
        if (partitions == _partitions)
            return;
        for (var p = _partitions; p < partitions; p++)
        {
            _unread.Add(p);
            consumer.IncrementalAssign([new TopicPartitionOffset(OffsetsTopic.Name, p, Offset.Beginning)]);
        }

        _partitions = partitions;
    }

    /// <summary>Takes what comes within a moment.</summary>
    /// <exception cref="ConsumeException">The topic may not be read.</exception>
    public void Step()
    {
        if (_partitions == 0)
            HasCaughtUp = true;
        if (consumer.Consume(Patience) is not { } result)
            return;
        if (result.IsPartitionEOF)
        {
            _unread.Remove(result.Partition.Value);
            HasCaughtUp |= _unread.Count == 0;
        }
        else if (GroupRecord.TryRead(result.Message.Key, result.Message.Value, result.Message.Value is null) is { } record)
        {
            Take(record, result.Offset.Value);
        }
    }

    /// <summary>Takes again what waited for ends, which have been looked at since.</summary>
    public void Retry()
    {
        foreach (var (partition, note) in _waiting)
        {
            if (!book.HasEnd(partition.Topic, partition.Partition))
                _missing.Add(partition);
            note();
        }

        _waiting.Clear();
    }

    /// <summary>Waits again for ends of partitions that were not there.</summary>
    public void ForgetMissing() => _missing.Clear();

    private void Take(GroupRecord record, long order)
    {
        switch (record)
        {
            case Commit commit:
                WhenKnown(commit.Partition, () => book.SetCommit(
                    commit.Group, commit.Partition.Topic, commit.Partition.Partition, commit.Offset, order, commit.Timestamp));
                break;
            case CommitGone gone:
                book.DeleteCommits(gone.Group, gone.Partition.Topic, gone.Partition.Partition);
                break;
            case GroupMembers members:
                Take(members);
                break;
            case GroupGone gone:
                book.DeleteGroup(gone.Group);
                break;
        }
    }

    private void Take(GroupMembers group)
    {
        book.ClearOwners(group.Group);
        foreach (var member in group.Members)
        {
            foreach (var partition in member.Partitions)
                WhenKnown(partition, () => book.SetOwner(group.Group, partition.Topic, partition.Partition, member.Host, member.ClientId));
        }

        book.SetMembers(group.Group, group.Members.Count);
    }

    private void WhenKnown(TopicPartition partition, Action note)
    {
        if (_missing.Contains(partition) || book.HasEnd(partition.Topic, partition.Partition) || _waiting.Count >= MostWaiting)
        {
            note();
            return;
        }

        _waiting.Add((partition, note));
        wantsEnds();
    }
}
