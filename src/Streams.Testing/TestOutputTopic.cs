namespace MedStreams.Streams.Testing;

/// <summary>
/// What a topology wrote to a topic and no test has read yet. Views of one topic share the records: what one has read, the
/// others do not see.
/// </summary>
public sealed class TestOutputTopic<TKey, TValue>
{
    private readonly TopologyTestDriver _driver;
    private readonly TopicSerdes<TKey, TValue> _serdes;

    internal TestOutputTopic(TopologyTestDriver driver, string topic, TopicSerdes<TKey, TValue> serdes) =>
        (_driver, Topic, _serdes) = (driver, topic, serdes);

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>How many records wait to be read.</summary>
    public int Count => _driver.Outputs(Topic)?.Count ?? 0;

    /// <summary>True where no record waits to be read.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Reads the next record.</summary>
    /// <exception cref="InvalidOperationException">No record waits.</exception>
    /// <exception cref="SerializationException">Its bytes are not of these types.</exception>
    public Record<TKey, TValue> ReadRecord() =>
        _driver.Outputs(Topic) is { Count: > 0 } queue
            ? _serdes.Read(queue.Dequeue())
            : throw new InvalidOperationException(
                _driver.Outputs(Topic) is null
                    ? $"Nothing was written to {Topic} yet; there are {string.Join(", ", _driver.ProducedTopicNames.Order())}."
                    : $"No record of {Topic} waits to be read.");

    /// <summary>Reads the next record's key and value.</summary>
    /// <exception cref="InvalidOperationException">No record waits.</exception>
    public (TKey Key, TValue Value) ReadKeyValue()
    {
        var record = ReadRecord();
        return (record.Key, record.Value);
    }

    /// <summary>Reads the next record's value.</summary>
    /// <exception cref="InvalidOperationException">No record waits.</exception>
    public TValue ReadValue() => ReadRecord().Value;

    /// <summary>Reads all records that wait.</summary>
    public IReadOnlyList<Record<TKey, TValue>> ReadRecords()
    {
        var records = new List<Record<TKey, TValue>>(Count);
        while (!IsEmpty)
            records.Add(ReadRecord());
        return records;
    }

    /// <summary>Reads keys and values of all records that wait.</summary>
    public IReadOnlyList<(TKey Key, TValue Value)> ReadKeyValues() => [.. ReadRecords().Select(r => (r.Key, r.Value))];

    /// <summary>Reads the values of all records that wait.</summary>
    public IReadOnlyList<TValue> ReadValues() => [.. ReadRecords().Select(r => r.Value)];
}

/// <summary>Readings of output topics whose records all have keys.</summary>
public static class TestOutputTopicExtensions
{
    /// <summary>Reads all records that wait; answers the last value of each key, as a table would hold it, nulls included.</summary>
    /// <exception cref="InvalidOperationException">A record has no key.</exception>
    public static IReadOnlyDictionary<TKey, TValue> ReadLastValues<TKey, TValue>(this TestOutputTopic<TKey, TValue> topic)
        where TKey : notnull
    {
        var values = new Dictionary<TKey, TValue>();
        foreach (var (key, value) in topic.ReadKeyValues())
        {
            if (key is null)
                throw new InvalidOperationException($"A record of {topic.Topic} has no key: read the records one by one.");
            values[key] = value;
        }

        return values;
    }
}
