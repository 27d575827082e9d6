namespace MedStreams.Monitoring.Metrics;

/// <summary>The values of an instrument for one set of tags. Guarded by its instrument's lock.</summary>
internal sealed class Series
{
    private readonly KeyValuePair<string, object?>[] _tags;

    public Series(ReadOnlySpan<KeyValuePair<string, object?>> tags, double[] bounds)
    {
        _tags = tags.ToArray();
        Buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags)
            labels[MetricName.Label(name)] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
        Labels = Exposition.Labels([.. labels.Select(l => (l.Key, l.Value))]);
    }

    /// <summary>As they are written.</summary>
    public string Labels { get; }

    /// <summary>The value, of a histogram the sum.</summary>
    public double Value { get; set; }

    /// <summary>Of a histogram: how many values it has had.</summary>
    public long Count { get; set; }

    /// <summary>Of a histogram: how many values fell between two bounds; the last one is beyond all.</summary>
    public long[] Buckets { get; }

    /// <summary>Whether it was told at the last look, where that is when it is told.</summary>
    public bool IsFresh { get; set; }

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
            return false;
        for (var i = 0; i < tags.Length; i++)
        {
            if (!string.Equals(tags[i].Key, _tags[i].Key, StringComparison.Ordinal) || !Equals(tags[i].Value, _tags[i].Value))
                return false;
        }

        return true;
    }
}
