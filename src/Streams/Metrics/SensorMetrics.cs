namespace MedStreams.Streams.Metrics;

/// <summary>The metrics that Kafka makes of one sensor.</summary>
internal static class SensorMetrics
{
    /// <summary>Rate and total.</summary>
    public static MetricDefinition<TSource>[] Counted<TSource>(string name, string what, Func<TSource, Sensor?> sensor) =>
    [
        new($"{name}-rate", "1/s", $"A second: {what}", (s, now) => sensor(s)?.Rate(now)),
        new($"{name}-total", "", $"Since the start: {what}", (s, _) => sensor(s)?.Count),
    ];

    /// <summary>Average and largest value.</summary>
    public static MetricDefinition<TSource>[] Extremes<TSource>(
        string name, string unit, string what, Func<TSource, Sensor?> sensor) =>
    [
        new($"{name}-avg", unit, $"{what}, on average", (s, _) => sensor(s)?.Average),
        new($"{name}-max", unit, $"{what}, the largest", (s, _) => sensor(s)?.Max),
    ];

    /// <summary>Average and largest duration, and rate.</summary>
    public static MetricDefinition<TSource>[] Rated<TSource>(
        string name, string unit, string what, Func<TSource, Sensor?> sensor) =>
    [
        .. Extremes(name + "-latency", unit, $"Duration of {what}", sensor),
        new($"{name}-rate", "1/s", $"A second: {what}", (s, now) => sensor(s)?.Rate(now)),
    ];

    /// <summary>Average and largest duration, rate and total.</summary>
    public static MetricDefinition<TSource>[] Timed<TSource>(
        string name, string unit, string what, Func<TSource, Sensor?> sensor) =>
        [.. Extremes(name + "-latency", unit, $"Duration of {what}", sensor), .. Counted(name, what, sensor)];

    /// <summary>Average, smallest and largest value.</summary>
    public static MetricDefinition<TSource>[] Spread<TSource>(
        string name, string unit, string what, Func<TSource, Sensor?> sensor) =>
    [
        .. Extremes(name, unit, what, sensor),
        new($"{name}-min", unit, $"{what}, the smallest", (s, _) => sensor(s)?.Min),
    ];
}
