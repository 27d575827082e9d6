namespace MedStreams.Streams.Metrics;

/// <summary>The sources of metrics of one instance. Safe for use by several threads.</summary>
internal sealed class MetricsRegistry(TimeProvider clock, MetricsRecordingLevel level)
{
    private readonly Lock _lock = new();

    // Replaced as a whole, so that readers need no lock.
    private volatile Dictionary<MetricFamily, IMetricSource[]> _sources = [];

    public MetricsRecordingLevel Level => level;

    /// <summary>Epoch milliseconds.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public IReadOnlyList<IMetricSource> Sources(MetricFamily family) =>
        _sources.TryGetValue(family, out var sources) ? sources : [];

    public void Add(IMetricSource source)
    {
        lock (_lock)
        {
            var mine = _sources.TryGetValue(source.Family, out var known) ? known : [];
            _sources = new(_sources) { [source.Family] = [.. mine, source] };
        }
    }

    public void Remove(IMetricSource source)
    {
        lock (_lock)
        {
            if (_sources.TryGetValue(source.Family, out var known))
                _sources = new(_sources) { [source.Family] = [.. known.Where(s => s != source)] };
        }
    }

    /// <summary>Every metric of every source.</summary>
    public IReadOnlyList<StreamsMetric> Read()
    {
        var now = Now;
        return [.. _sources.SelectMany(f => f.Value.SelectMany(source => f.Key.Read(source, now)))];
    }
}
