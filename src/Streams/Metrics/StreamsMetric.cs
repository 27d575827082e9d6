namespace MedStreams.Streams;

/// <summary>A metric of a running instance, under Kafka Streams' names.</summary>
/// <param name="Group">Such as <c>stream-thread-metrics</c>.</param>
/// <param name="Name">Such as <c>commit-latency-avg</c>.</param>
/// <param name="Tags">Whose it is, such as <c>thread-id</c>.</param>
/// <param name="Value">The value; NaN where nothing was recorded yet, 1 where <paramref name="Text"/> is the value.</param>
/// <param name="Text">The value of a metric that is no number; else null.</param>
public sealed record StreamsMetric(
    string Group, string Name, IReadOnlyDictionary<string, string> Tags, double Value, string? Text = null);
