namespace MedStreams.Streams.Testing;

/// <summary>Pipes records into a topic; each is processed, with all that comes of it, before the call returns.</summary>
public sealed class TestInputTopic<TKey, TValue>
{
    private readonly TopologyTestDriver _driver;
    private readonly TopicSerdes<TKey, TValue> _serdes;
    private readonly TimeSpan _autoAdvance;
    private DateTimeOffset _time;

    internal TestInputTopic(
        TopologyTestDriver driver,
        string topic,
        TopicSerdes<TKey, TValue> serdes,
        DateTimeOffset start,
        TimeSpan autoAdvance) =>
        (_driver, Topic, _serdes, _time, _autoAdvance) = (driver, topic, serdes, start, autoAdvance);

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>Pipes a record.</summary>
    /// <exception cref="StreamsException">The topology does not read the topic, or processing failed.</exception>
    public void PipeInput(in Record<TKey, TValue> record) => _driver.Pipe(_serdes.Write(record));

    /// <summary>Pipes a record at a time in epoch milliseconds.</summary>
    public void PipeInput(TKey key, TValue value, long timestamp, Headers? headers = null) =>
        PipeInput(new Record<TKey, TValue>(key, value, timestamp, headers ?? Headers.Empty));

    /// <summary>Pipes a record at a time.</summary>
    public void PipeInput(TKey key, TValue value, DateTimeOffset time, Headers? headers = null) =>
        PipeInput(key, value, time.ToUnixTimeMilliseconds(), headers);

    /// <summary>Pipes a record at this topic's own time, which then moves on.</summary>
    public void PipeInput(TKey key, TValue value)
    {
        var time = _time;
        _time += _autoAdvance;
        PipeInput(key, value, time);
    }

    /// <summary>Pipes records at this topic's own time, which moves on with each.</summary>
    public void PipeInput(IEnumerable<(TKey Key, TValue Value)> records)
    {
        foreach (var (key, value) in records)
            PipeInput(key, value);
    }

    /// <summary>Pipes records, each at its own time.</summary>
    public void PipeInput(IEnumerable<Record<TKey, TValue>> records)
    {
        foreach (var record in records)
            PipeInput(record);
    }

    /// <summary>Pipes records, the first one at a time and each further one so much later; this topic's own time stays.</summary>
    /// <param name="records">The records.</param>
    /// <param name="start">The time of the first one.</param>
    /// <param name="advance">From one record to the next.</param>
    public void PipeInput(IEnumerable<(TKey Key, TValue Value)> records, DateTimeOffset start, TimeSpan advance)
    {
        foreach (var (key, value) in records)
        {
            PipeInput(key, value, start);
            start += advance;
        }
    }

    /// <summary>Moves this topic's own time on.</summary>
    public void AdvanceTime(TimeSpan by) => _time += by;
}
