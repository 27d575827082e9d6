namespace MedStreams.Monitoring.Metrics;

/// <summary>What a metric is, in Prometheus' words.</summary>
internal enum MetricKind
{
    /// <summary>It only rises, until the process starts again.</summary>
    Counter,

    /// <summary>It rises and falls.</summary>
    Gauge,

    /// <summary>It counts values by their size.</summary>
    Histogram,
}
