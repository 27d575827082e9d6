using System.Globalization;
using MedStreams.Streams.Kafka;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// What a stream thread's consumer subscribes to: the topics of the topology. Where patterns choose them, it asks the cluster now and then
/// (<c>topic.metadata.refresh.interval.ms</c> of the main consumer, 30 s by default) whether they choose others by now, and subscribes
/// anew, which begins a new generation of the group. Patterns are .NET's, so the client library never sees them.
/// </summary>
internal sealed class Subscription(ThreadParts parts, IRebalanceListener listener)
{
    private const string IntervalSetting = "topic.metadata.refresh.interval.ms";
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _interval = IntervalOf(parts.Config);
    private HashSet<string> _topics = [];
    private long _asked = parts.Config.Clock.GetTimestamp();

    /// <summary>Joins the group, unless there is no topic yet.</summary>
    public void Begin(IStreamConsumer consumer) => Change(consumer, parts.Topics.Latest.SourceTopics);

    /// <summary>Looks for topics that patterns choose by now, if it is time to.</summary>
    public void Refresh(IStreamConsumer consumer)
    {
        if (!parts.Topics.HasPatterns || parts.Config.Clock.GetElapsedTime(_asked) < _interval)
            return;
        _asked = parts.Config.Clock.GetTimestamp();
        if (parts.Admin.TryPartitionCounts(CallTimeout) is not { } existing)
            return;
        var topics = parts.Topics.SourceTopicsOf(existing);
        if (_topics.SetEquals(topics))
            return;
        RuntimeLog.TopicsChanged(parts.Logger, parts.Name, topics.Count);
        Change(consumer, topics);
    }

    private static TimeSpan IntervalOf(StreamsConfig config) =>
        config.MainConsumer.TryGetValue(IntervalSetting, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : DefaultInterval;

    private void Change(IStreamConsumer consumer, IReadOnlyCollection<string> topics)
    {
        if (topics.Count == 0)
            return;
        _topics = topics.ToHashSet(StringComparer.Ordinal);
        consumer.Subscribe(topics, listener);
    }
}
