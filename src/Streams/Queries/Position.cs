using System.Collections.Immutable;

namespace MedStreams.Streams;

/// <summary>
/// How far a store's content reaches: by input partition, the offset of the last record that is part of it (KIP-796). Immutable.
/// </summary>
public sealed record Position
{
    private Position(ImmutableDictionary<TopicPartition, long> offsets) => Offsets = offsets;

    /// <summary>A position before every record.</summary>
    public static Position Empty { get; } = new(ImmutableDictionary<TopicPartition, long>.Empty);

    /// <summary>The offsets of the last records.</summary>
    public ImmutableDictionary<TopicPartition, long> Offsets { get; }

    /// <summary>A position of these offsets.</summary>
    public static Position Of(IEnumerable<KeyValuePair<TopicPartition, long>> offsets) => new(offsets.ToImmutableDictionary());

    /// <summary>This position with another offset for one partition.</summary>
    public Position With(TopicPartition partition, long offset) => new(Offsets.SetItem(partition, offset));

    /// <summary>The larger offset of both for each partition.</summary>
    public Position Merge(Position other) => Of(
        Offsets.Concat(other.Offsets).GroupBy(o => o.Key).Select(g => KeyValuePair.Create(g.Key, g.Max(o => o.Value))));

    /// <summary>Whether all records of the other position's partitions, as far as this one knows the partitions, are part of this one.</summary>
    public bool Covers(Position bound) =>
        bound.Offsets.All(o => !Offsets.TryGetValue(o.Key, out var offset) || offset >= o.Value);

    /// <inheritdoc/>
    public bool Equals(Position? other) =>
        other is not null && Offsets.Count == other.Offsets.Count
        && Offsets.All(o => other.Offsets.TryGetValue(o.Key, out var offset) && offset == o.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Offsets.Aggregate(0, static (hash, o) => hash ^ HashCode.Combine(o.Key, o.Value));

    /// <summary>Such as <c>orders-0@17 orders-1@4</c>.</summary>
    public override string ToString() =>
        string.Join(' ', Offsets.Select(o => $"{o.Key}@{o.Value}").Order(StringComparer.Ordinal));
}

/// <summary>How far a store's content must reach for a query to be answered.</summary>
public sealed record PositionBound
{
    private PositionBound(Position position) => Position = position;

    /// <summary>Whatever the store holds.</summary>
    public static PositionBound Unbounded { get; } = new(Position.Empty);

    /// <summary>The position; empty for no bound.</summary>
    public Position Position { get; }

    /// <summary>All that a position covers must be part of the store.</summary>
    public static PositionBound At(Position position) => new(position);
}
