using System.Diagnostics.Metrics;

namespace MedStreams.Monitoring.Metrics;

/// <summary>What an instrument has told so far. Safe for use by several threads.</summary>
internal sealed class InstrumentValues
{
    /// <summary>So many sets of tags are kept of an instrument; further ones are not told, so that a tag without bound cannot fill the memory.</summary>
    public const int MostSeries = 20_000;

    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] Others = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<Series>> _series = [];
    private readonly bool _isObservable;
    private readonly bool _isSum;
    private readonly double[] _bounds;
    private int _count;

    public InstrumentValues(Instrument instrument)
    {
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        _isObservable = instrument.IsObservable;
        Kind = definition == typeof(Histogram<>) ? MetricKind.Histogram
            : definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        _isSum = !_isObservable && (Kind == MetricKind.Counter || definition == typeof(UpDownCounter<>));
        _bounds = Kind == MetricKind.Histogram ? Bounds(instrument) : [];
        Name = MetricName.Of(instrument.Name, instrument.Unit, Kind);
        Help = string.IsNullOrEmpty(instrument.Description) ? $"{instrument.Name} of {instrument.Meter.Name}" : instrument.Description;
    }

    public MetricKind Kind { get; }

    public MetricName Name { get; }

    public string Help { get; }

    /// <summary>A value was told. Allocates nothing where its tags are known.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (Find(tags) is not { } series)
                return;
            series.IsFresh = true;
            if (Kind == MetricKind.Histogram)
            {
                series.Value += value;
                series.Count++;
                var bucket = Array.BinarySearch(_bounds, value);
                series.Buckets[bucket < 0 ? ~bucket : bucket]++;
            }
            else
            {
                series.Value = _isSum ? series.Value + value : value;
            }
        }
    }

    /// <summary>Before a look: what is told at the look only is told anew.</summary>
    public void Begin()
    {
        if (!_isObservable)
            return;
        lock (_lock)
        {
            foreach (var series in _series.Values.SelectMany(s => s))
                series.IsFresh = false;
        }
    }

    /// <summary>Adds what it has told to that of other instruments of the same name: several brokers of a process count together.</summary>
    public void AddTo(Dictionary<string, Total> totals)
    {
        lock (_lock)
        {
            foreach (var bucket in _series.Values)
            {
                bucket.RemoveAll(s => _isObservable && !s.IsFresh && --_count >= 0);
                foreach (var series in bucket)
                {
                    if (!totals.TryGetValue(series.Labels, out var total))
                        totals.Add(series.Labels, total = new Total(_bounds, Name.Scale));
                    total.Add(series, Kind);
                }
            }
        }
    }

    private static double[] Bounds(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } doubles } => [.. doubles],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } longs } => [.. longs.Select(l => (double)l)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } ints } => [.. ints.Select(i => (double)i)],
        { Unit: "s" } => Seconds,
        _ => Others,
    };

    private Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (name, value) in tags)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value);
        }

        var code = hash.ToHashCode();
        if (_series.TryGetValue(code, out var bucket))
        {
            foreach (var known in bucket)
            {
                if (known.Has(tags))
                    return known;
            }
        }

        if (_count >= MostSeries)
            return null;
        _count++;
        var series = new Series(tags, _bounds);
        if (bucket is null)
            _series.Add(code, bucket = []);
        bucket.Add(series);
        return series;
    }
}

/// <summary>What instruments of one name told for one set of labels.</summary>
internal sealed class Total(double[] bounds, double scale)
{
    private readonly long[] _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private double _value;
    private long _count;

    public void Add(Series series, MetricKind kind)
    {
        _value = kind == MetricKind.Gauge ? series.Value : _value + series.Value;
        _count += series.Count;
        for (var i = 0; i < Math.Min(_buckets.Length, series.Buckets.Length); i++)
            _buckets[i] += series.Buckets[i];
    }

    public void Write(Exposition text, string name, string labels, MetricKind kind)
    {
        if (kind != MetricKind.Histogram)
        {
            text.Sample(name, labels, _value * scale);
            return;
        }

        var (below, prefix) = (0L, labels.Length == 0 ? "" : labels + ",");
        for (var i = 0; i < _buckets.Length; i++)
        {
            below += _buckets[i];
            var bound = i == bounds.Length ? double.PositiveInfinity : bounds[i] * scale;
            text.Sample(name + "_bucket", $"{prefix}le=\"{Exposition.Number(bound)}\"", below);
        }

        text.Sample(name + "_sum", labels, _value * scale);
        text.Sample(name + "_count", labels, _count);
    }
}
