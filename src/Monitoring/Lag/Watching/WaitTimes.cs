using Confluent.Kafka;
using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Looks at the records that wait, of groups that do not move: since when each waits, or that there is none, since markers of transactions have offsets too. Each is
/// read once, and what was found kept while its group stays there. Safe for use by several threads, but for <see cref="Look"/>.
/// </summary>
internal sealed class WaitTimes(IConsumer<byte[]?, byte[]?> consumer, TimeSpan patience)
{
    /// <summary>So many records are read at a look; the others at the next ones.</summary>
    private const int MostPerLook = 500;

    private volatile Dictionary<(TopicPartition Partition, long Offset), Found> _known = [];

    /// <summary>Since when the record at a place waits, in epoch milliseconds; null where that is not known.</summary>
    public long? Since(TopicPartition partition, long offset) => _known.GetValueOrDefault((partition, offset)).Time;

    /// <summary>Whether no record lies between a place and an end.</summary>
    public bool IsEmpty(TopicPartition partition, long offset, long end) =>
        _known.TryGetValue((partition, offset), out var found) && found.Time is null && found.End >= end;

    /// <summary>Looks at places that are not known yet, and forgets those that are not named any more.</summary>
    /// <param name="places">Each with the end of its partition.</param>
    /// <param name="stop">Ends the look.</param>
    /// <exception cref="ConsumeException">A topic may not be read.</exception>
    public void Look(IReadOnlyDictionary<(TopicPartition Partition, long Offset), long> places, CancellationToken stop)
    {
        var known = new Dictionary<(TopicPartition, long), Found>();
        var open = new List<(TopicPartition, long)>();
        foreach (var (place, end) in places)
        {
            if (_known.TryGetValue(place, out var found) && (found.Time is not null || found.End >= end))
                known[place] = found;
            else if (open.Count < MostPerLook)
                open.Add(place);
        }

        if (open.Count > 0)
        {
            foreach (var (place, time) in new NextRecords(consumer, patience).Look(open, stop))
                known[place] = new Found(time, places[place]);
        }

        _known = known;
    }

    private readonly record struct Found(long? Time, long End);
}
