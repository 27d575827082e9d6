using Confluent.Kafka;
using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Since when records wait whose partition's end was not seen when they were written: each is read once, and what it says kept while its group stays
/// there. Safe for use by several threads, but for <see cref="Look"/>.
/// </summary>
internal sealed class WaitTimes(IConsumer<byte[]?, byte[]?> consumer, TimeSpan patience)
{
    /// <summary>So many records are read at a look; the others at the next ones.</summary>
    private const int MostPerLook = 500;

    private volatile IReadOnlyDictionary<(TopicPartition Partition, long Offset), long?> _known =
        new Dictionary<(TopicPartition, long), long?>();

    /// <summary>Since when the record at a place waits, in epoch milliseconds; null where that is not known.</summary>
    public long? Since(TopicPartition partition, long offset) => _known.GetValueOrDefault((partition, offset));

    /// <summary>Looks at places that are not known yet, and forgets those that are not named any more.</summary>
    /// <exception cref="ConsumeException">A topic may not be read.</exception>
    public void Look(IReadOnlyCollection<(TopicPartition Partition, long Offset)> places, CancellationToken stop)
    {
        var known = new Dictionary<(TopicPartition, long), long?>();
        var open = new List<(TopicPartition, long)>();
        foreach (var place in places)
        {
            if (_known.TryGetValue(place, out var time))
                known[place] = time;
            else if (open.Count < MostPerLook)
                open.Add(place);
        }

        if (open.Count > 0)
        {
            foreach (var (place, time) in new NextRecords(consumer, patience).Look(open, stop))
                known[place] = time;
        }

        _known = known;
    }
}
