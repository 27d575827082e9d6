namespace MedStreams.Streams.Metrics;

/// <summary>
/// What was recorded so far, and over the last samples, as Kafka keeps it: rates, averages and extremes are those of the current sample and the one
/// before it. One thread records; others may read at any time, and then see values that are at most a record apart.
/// </summary>
internal sealed class Sensor
{
    /// <summary>How long a sample is, in milliseconds (Kafka's <c>metrics.sample.window.ms</c>); two are kept.</summary>
    public const long SampleMs = 30_000;

    private Extremes _now = Extremes.None;
    private Extremes _before = Extremes.None;
    private volatile Mark _current; // replaced as a whole, for those who read meanwhile
    private volatile Mark _oldest;
    private long _count;
    private double _sum;

    /// <summary>Nothing is recorded yet.</summary>
    /// <param name="now">Epoch milliseconds.</param>
    public Sensor(long now) => _oldest = _current = new Mark(now, 0, 0);

    /// <summary>How often something was recorded.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The sum of all values.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>The mean of the last samples; NaN where nothing was recorded in them.</summary>
    public double Average
    {
        get
        {
            var (oldest, count, sum) = (_oldest, Count, Sum);
            return count == oldest.Count ? double.NaN : (sum - oldest.Sum) / (count - oldest.Count);
        }
    }

    /// <summary>The largest value of the last samples; NaN where nothing was recorded in them.</summary>
    public double Max => Math.Max(_now.Max, _before.Max) is var max && double.IsNegativeInfinity(max) ? double.NaN : max;

    /// <summary>The smallest value of the last samples; NaN where nothing was recorded in them.</summary>
    public double Min => Math.Min(_now.Min, _before.Min) is var min && double.IsPositiveInfinity(min) ? double.NaN : min;

    public void Increment(long by = 1) => _count += by;

    public void Record(double value)
    {
        _count++;
        _sum += value;
        if (value > _now.Max)
            _now.Max = value;
        if (value < _now.Min)
            _now.Min = value;
    }

    /// <summary>Records several values of which only the sum is known: each counts as their mean.</summary>
    public void RecordMany(long count, double sum)
    {
        if (count == 0)
            return;
        _count += count;
        _sum += sum;
        var mean = sum / count;
        if (mean > _now.Max)
            _now.Max = mean;
        if (mean < _now.Min)
            _now.Min = mean;
    }

    /// <summary>How often a second, over the last samples.</summary>
    public double Rate(long now) => (Count - _oldest.Count) / Seconds(now);

    /// <summary>The sum a second, over the last samples.</summary>
    public double SumRate(long now) => (Sum - _oldest.Sum) / Seconds(now);

    /// <summary>Forgets the samples until now.</summary>
    public void Restart(long now) => _oldest = _current = new Mark(now, _count, _sum);

    /// <summary>Begins a new sample where the current one is over. For the thread that records.</summary>
    public void Roll(long now)
    {
        if (now - _current.Time < SampleMs)
            return;
        (_before, _now) = (_now, Extremes.None);
        (_oldest, _current) = (_current, new Mark(now, _count, _sum));
    }

    // Of a sensor that is younger than a second one cannot tell what a second holds.
    private double Seconds(long now) => Math.Max(1000, now - _oldest.Time) / 1000.0;

    private sealed record Mark(long Time, long Count, double Sum);

    private struct Extremes
    {
        public double Min;
        public double Max;

        public static Extremes None => new() { Min = double.PositiveInfinity, Max = double.NegativeInfinity };
    }
}
