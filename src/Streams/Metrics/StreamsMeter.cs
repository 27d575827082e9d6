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

    private static Meter? s_meter;
    private static volatile MetricsRegistry[] s_registries = [];

    /// <summary>Version and, after a plus, the commit that this assembly was built from.</summary>
    public static string Version { get; } =
        typeof(StreamsMeter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>An instance starts.</summary>
    public static void Add(MetricsRegistry registry)
    {
        lock (Lock)
        {
            s_registries = [.. s_registries, registry];
            if (s_meter is not null)
                return;
            s_meter = new Meter(KafkaStreams.MeterName, Version);
            foreach (var family in Families)
                family.CreateInstruments(s_meter, static () => s_registries);
        }
    }

    /// <summary>An instance has ended.</summary>
    public static void Remove(MetricsRegistry registry)
    {
        lock (Lock)
            s_registries = [.. s_registries.Where(r => r != registry)];
    }
}
