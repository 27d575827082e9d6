namespace MedStreams.Broker.Coordination;

/// <summary>Puts groups together again from what <c>__consumer_offsets</c> holds. Used once, when the broker starts.</summary>
internal sealed class GroupLoader(GroupLimits limits) : ICoordinatorReplay
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupImage> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<long, HashSet<Group>> _pending = [];

    /// <inheritdoc/>
    public void BeginPartition() => _pending.Clear();

    /// <inheritdoc/>
    public void Record(byte[] key, byte[]? value, ProducerIdentity? producer)
    {
        if (GroupRecordCodec.Read(key, value) is not var (groupId, record))
        {
            return;
        }

        switch (record)
        {
            case OffsetRecord offset when producer is { } p:
                var group = Get(groupId);
                group.PendOffset(p.Id, offset);
                if (!_pending.TryGetValue(p.Id, out var groups))
                {
                    _pending[p.Id] = groups = [];
                }

                groups.Add(group);
                break;
            case OffsetRecord offset:
                Get(groupId).RestoreOffset(offset.Partition, offset.Value);
                break;
            case GroupImageRecord { Image: { } image }:
                Get(groupId);
                _images[groupId] = image;
                break;
            default:
                _images.Remove(groupId);
                break;
        }
    }

    /// <inheritdoc/>
    public void Marker(long producerId, bool committed)
    {
        if (_pending.Remove(producerId, out var groups))
        {
            foreach (var group in groups)
            {
                group.CompleteTransaction(producerId, committed);
            }
        }
    }

    /// <summary>The groups that something is left of; their members' sessions begin now.</summary>
    public IEnumerable<Group> Finish(Instant now)
    {
        foreach (var group in _groups.Values)
        {
            if (_images.TryGetValue(group.Id, out var image))
            {
                group.Restore(image, now);
                yield return group;
            }
            else if (!group.HasNoOffsets)
            {
                yield return group;
            }
        }
    }

    private Group Get(string groupId)
    {
        if (!_groups.TryGetValue(groupId, out var group))
        {
            _groups[groupId] = group = new Group(groupId, limits);
        }

        return group;
    }
}
