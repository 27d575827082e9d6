namespace MedStreams.Bench.Support;

/// <summary>Medians and percentiles.</summary>
public static class Statistics
{
    /// <summary>The middle value, or the mean of the middle two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("There are no values.", nameof(values));
        var half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// <summary>The smallest value that at least this share of all values does not exceed.</summary>
    /// <param name="sorted">Ascending, not empty.</param>
    /// <param name="share">Above 0, up to 1: 0.99 for the 99th percentile.</param>
    public static double Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}
