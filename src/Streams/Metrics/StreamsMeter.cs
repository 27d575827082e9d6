using System.Diagnostics.Metrics;
using System.Reflection;

namespace MedStreams.Streams.Metrics;

/// <summary>
/// The process's one meter: its instruments tell the metrics of all instances that run. The instrument of a metric is named
/// <c>kafka.streams.</c>GROUP<c>.</c>NAME, which becomes the name that Kafka's JMX exporter gives it where dots and hyphens turn into underscores.
/// </summary>
internal static class StreamsMeter
{
    private static readonly Lock Lock = new();
    private static readonly MetricFamily[] Families =
    [
        ClientMetrics.Metrics,
        ThreadMetrics.Metrics,
        TaskMetrics.Metrics,
        NodeMetrics.Metrics,
        TopicMetrics.Metrics,
        StoreMetrics.Metrics,
        CacheMetrics.Metrics,
        SuppressionMetrics.Metrics,
        RocksMetrics.Metrics,
        RocksStatistics.Metrics,
    ];

    private static Meter? _meter;
    private static volatile MetricsRegistry[] _registries = [];

    /// <summary>Version and, after a plus, the commit that this assembly was built from.</summary>
    public static string Version { get; } =
        typeof(StreamsMeter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>An instance starts.</summary>
    public static void Add(MetricsRegistry registry)
    {
        lock (Lock)
        {
            _registries = [.. _registries, registry];
            if (_meter is not null)
                return;
            _meter = new Meter(KafkaStreams.MeterName, Version);
            foreach (var family in Families)
                family.CreateInstruments(_meter, static () => _registries);
        }
    }

    /// <summary>An instance has ended.</summary>
    public static void Remove(MetricsRegistry registry)
    {
        lock (Lock)
            _registries = [.. _registries.Where(r => r != registry)];
    }
}
