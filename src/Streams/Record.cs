using System.Globalization;

namespace MedStreams.Streams;

/// <summary>A record on its way through a topology.</summary>
/// <remarks>
/// Null is null: a tombstone has a null <see cref="Value"/>, so a type that is to carry tombstones is a reference type
/// or a <see cref="Nullable{T}"/>. A value type that cannot be null never is.
/// </remarks>
/// <param name="Key">The key; null for a record without key.</param>
/// <param name="Value">The value; null for a tombstone.</param>
/// <param name="Timestamp">Event time in epoch milliseconds; negative only before extraction.</param>
/// <param name="Headers">The headers; never null.</param>
public readonly record struct Record<TKey, TValue>(TKey Key, TValue Value, long Timestamp, Headers Headers)
{
    /// <summary>A record without headers.</summary>
    public Record(TKey key, TValue value, long timestamp)
        : this(key, value, timestamp, Headers.Empty)
    {
    }

    /// <summary>The same record with another key.</summary>
    public Record<TNewKey, TValue> WithKey<TNewKey>(TNewKey key) => new(key, Value, Timestamp, Headers);

    /// <summary>The same record with another value.</summary>
    public Record<TKey, TNewValue> WithValue<TNewValue>(TNewValue value) => new(Key, value, Timestamp, Headers);

    /// <summary>The same record at another time.</summary>
    public Record<TKey, TValue> WithTimestamp(long timestamp) => new(Key, Value, timestamp, Headers);

    /// <summary>The same record with other headers.</summary>
    public Record<TKey, TValue> WithHeaders(Headers headers) => new(Key, Value, Timestamp, headers);
}

/// <summary>Where a record came from.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Offset">The offset, from 0.</param>
public readonly record struct RecordMetadata(string Topic, int Partition, long Offset);

/// <summary>A partition of a topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition, from 0.</param>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>Kafka's way to write it: <c>topic-3</c>.</summary>
    public override string ToString() => $"{Topic}-{Partition}";
}

/// <summary>The work of one sub-topology on one partition: Kafka Streams' task.</summary>
/// <param name="Subtopology">The sub-topology, from 0, as <c>Describe()</c> numbers it.</param>
/// <param name="Partition">The partition, from 0.</param>
public readonly record struct TaskId(int Subtopology, int Partition) : IComparable<TaskId>
{
    /// <summary>Stands for what an instance keeps whole: its global stores. It belongs to no group.</summary>
    internal static TaskId Global { get; } = new(-1, -1);

    /// <inheritdoc/>
    public int CompareTo(TaskId other) =>
        Subtopology != other.Subtopology
            ? Subtopology.CompareTo(other.Subtopology)
            : Partition.CompareTo(other.Partition);

    /// <summary>Kafka Streams' way to write it: <c>0_3</c>.</summary>
    public override string ToString() => $"{Subtopology}_{Partition}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    internal static TaskId Parse(string text) =>
        TryParse(text, out var task) ? task : throw new FormatException("A task is written as two numbers, as in 0_3.");

    /// <summary>As <see cref="Parse"/>; answers false for anything else.</summary>
    internal static bool TryParse(string text, out TaskId task)
    {
        var parts = text.Split('_');
        if (parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var subtopology)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            task = new TaskId(subtopology, partition);
            return true;
        }

        task = default;
        return false;
    }
}
