using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>A partition as the last look found it.</summary>
/// <param name="Partition">Which one.</param>
/// <param name="Earliest">The first offset that is still there; null where it is not known yet.</param>
/// <param name="Latest">The offset after the last record that readers of committed records may see.</param>
public readonly record struct PartitionRange(TopicPartition Partition, long? Earliest, long Latest);

/// <summary>Where the partitions of a cluster begin and end, and when they ended there. Safe for use by several threads.</summary>
internal sealed class WatchedPartitions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, EndHistory> _ends = [];
    private readonly Dictionary<TopicPartition, long> _first = [];

    /// <summary>All of them, by topic and partition.</summary>
    public IReadOnlyList<PartitionRange> Ranges()
    {
        lock (_lock)
        {
            return
            [
                .. _ends.OrderBy(e => e.Key.Topic, StringComparer.Ordinal).ThenBy(e => e.Key.Partition)
                    .Select(e => new PartitionRange(e.Key, _first.TryGetValue(e.Key, out var first) ? first : null, e.Value.Last)),
            ];
        }
    }

    public void SetEnds(IReadOnlyDictionary<TopicPartition, long> ends, long now)
    {
        lock (_lock)
        {
            foreach (var (partition, end) in ends)
            {
                if (!_ends.TryGetValue(partition, out var history))
                    _ends.Add(partition, history = new EndHistory());
                history.Add(now, end);
            }
        }
    }

    public void SetFirst(IReadOnlyDictionary<TopicPartition, long> first)
    {
        lock (_lock)
        {
            foreach (var (partition, offset) in first)
                _first[partition] = offset;
        }
    }

    public void Forget(string topic)
    {
        lock (_lock)
        {
            foreach (var partition in _ends.Keys.Where(p => p.Topic == topic).ToList())
            {
                _ends.Remove(partition);
                _first.Remove(partition);
            }
        }
    }

    /// <summary>The offset after the last record; null where the partition is not known.</summary>
    public long? End(TopicPartition partition)
    {
        lock (_lock)
            return _ends.TryGetValue(partition, out var history) ? history.Last : null;
    }

    /// <summary>The first offset from a place on that is still there.</summary>
    public long Existing(TopicPartition partition, long offset)
    {
        lock (_lock)
            return Math.Max(offset, _first.GetValueOrDefault(partition));
    }

    /// <summary>When the record at an offset was written, as far as that follows from ends; null where it does not.</summary>
    public long? WrittenAt(TopicPartition partition, long offset)
    {
        lock (_lock)
            return _ends.TryGetValue(partition, out var history) ? history.WrittenAt(offset) : null;
    }
}
