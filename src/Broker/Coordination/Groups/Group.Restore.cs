using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <content>A group read back from its log.</content>
internal sealed partial class Group
{
    /// <summary>
    /// Puts the last image in place. Members keep their generation and assignments: after a restart of the broker they go
    /// on without a rebalance, when they speak up within a session.
    /// </summary>
    public void Restore(GroupImage image, Instant now)
    {
        Generation = image.Generation;
        _protocolType = image.ProtocolType.Length == 0 ? null : image.ProtocolType;
        _protocolName = image.Protocol;
        _stateSinceUtc = image.StateSinceUtcMs;
        foreach (var m in image.Members)
        {
            var member = new GroupMember(m.MemberId, m.InstanceId, m.ClientId, m.ClientHost)
            {
                RebalanceTimeoutMs = m.RebalanceTimeoutMs,
                SessionTimeoutMs = m.SessionTimeoutMs,
                Protocols = [new GroupProtocol(image.Protocol ?? "", m.Subscription)],
                Assignment = m.Assignment,
                IsUnheard = true,
            };
            Restart(member, now);
            _members.Add(member);
        }

        _members.RestoreLeader(image.Leader);
        State = image.Members.Count == 0 ? GroupState.Empty : GroupState.Stable;
        LearnSubscribedTopics();
    }

    /// <summary>Replays a commit, or with null a removal, in the order of the log.</summary>
    public void RestoreOffset(TopicPartition partition, CommittedOffset? value)
    {
        if (value is null)
        {
            _offsets.Remove(partition);
        }
        else
        {
            _offsets.Commit(partition, value);
        }
    }
}
