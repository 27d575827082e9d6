using System.Collections.Immutable;
using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>Which sources have told all their cards: whether the data is there that new tasks depend on (S2.6). Lives as long as its task.</summary>
internal sealed class SourceMarks(SynchronisationOptions options, IKeyValueStore<string, SourceMark?> store)
{
    /// <summary>Takes a part of a marker.</summary>
    public void Take(MarkerPart part)
    {
        var (marker, known) = (part.Marker, store.Get(part.Marker.Source));
        if (known is not null && marker.Snapshot < known.Snapshot)
            return;
        var seen = (known is not null && marker.Snapshot == known.Snapshot ? known.Seen : []).Add(part.Partition);
        var isComplete = seen.Count >= marker.Partitions;
        store.Put(marker.Source, new SourceMark(marker.Snapshot, seen, isComplete ? marker.At : known?.CompleteAt));
    }

    /// <summary>Whether all of them have, recently enough.</summary>
    public bool AreThere(long now) => options.Sources.All(source =>
        store.Get(source)?.CompleteAt is { } at && (options.SourceMaxAge is not { } age || now - at <= (long)age.TotalMilliseconds));
}

/// <summary>How far a source is.</summary>
/// <param name="Snapshot">Its last look.</param>
/// <param name="Seen">The partitions of which its marker has come.</param>
/// <param name="CompleteAt">The time of the last look of which all have come, in epoch milliseconds; null: there was none.</param>
internal sealed record SourceMark(long Snapshot, ImmutableSortedSet<int> Seen, long? CompleteAt);
