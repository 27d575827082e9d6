namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>
/// Names of topics that do not exist, which tell serdes with a schema registry what they handle, as in Kafka Streams: the
/// registration topic's name with <c>-pk</c>, <c>-fk</c> or <c>-vh</c>. Safe for use by several threads.
/// </summary>
/// <param name="cut">How many characters at the end of a topic's name are replaced.</param>
/// <param name="suffix">What takes their place.</param>
internal sealed class PseudoTopics(int cut, string suffix)
{
    private Entry _last = new("", "");

    /// <summary>The name that belongs to a topic's; cached for the last one asked for.</summary>
    public string Of(string topic)
    {
        var last = _last;
        if (!ReferenceEquals(last.Topic, topic))
            _last = last = new Entry(topic, topic[..^cut] + suffix);
        return last.Name;
    }

    private sealed record Entry(string Topic, string Name);
}
