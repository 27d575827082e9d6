using System.Collections.Immutable;

namespace MedStreams.Topologies.Forecasts;

/// <summary>How quickly a forecast follows what is measured; each from 0 (never) to 1 (at once).</summary>
/// <param name="Level">The level.</param>
/// <param name="Trend">The trend.</param>
/// <param name="Season">The shape of the season.</param>
public readonly record struct SmoothingRates(double Level, double Trend, double Season);

/// <summary>
/// Exponential smoothing with a damped trend and an additive season (Holt and Winters, in the error-correction form of Hyndman et al.). Immutable.
/// </summary>
/// <param name="Level">The level after the last value.</param>
/// <param name="Trend">How it changes in a period.</param>
/// <param name="Season">What each place of the season adds; the first is that of the next value.</param>
public sealed record Smoothing(double Level, double Trend, ImmutableArray<double> Season)
{
    /// <summary>How much of a trend is left a period later: trends of counts do not go on for ever.</summary>
    private const double Damping = 0.95;

    /// <summary>What is expected so many periods ahead, from 1.</summary>
    public double Expected(int ahead)
    {
        var (trend, damped) = (0.0, Trend);
        for (var i = 0; i < ahead; i++)
            trend += damped *= Damping;
        return Level + trend + Season[(ahead - 1) % Season.Length];
    }

    /// <summary>
    /// By how much the error so many periods ahead varies more than that of the next period, as a factor of the standard deviation: what is
    /// learnt from values in between moves the forecast too.
    /// </summary>
    public double Spread(int ahead, SmoothingRates rates)
    {
        var (sum, damped, trend) = (1.0, 1.0, 0.0);
        for (var i = 1; i < ahead; i++)
        {
            trend += damped *= Damping;
            var weight = rates.Level + (rates.Trend * trend) + (i % Season.Length == 0 ? rates.Season : 0);
            sum += weight * weight;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>What is left after a value that was off by an error.</summary>
    public Smoothing After(double error, SmoothingRates rates) => new(
        Level + (Damping * Trend) + (rates.Level * error),
        (Damping * Trend) + (rates.Trend * error),
        [.. Season.AsSpan()[1..], Season[0] + (rates.Season * error)]);

    /// <summary>The beginning, from the values of two seasons or more: the mean is the level, and each place's mean less that its part of the season.</summary>
    public static Smoothing Of(ReadOnlySpan<double> values, int season)
    {
        var mean = 0.0;
        foreach (var value in values)
            mean += value / values.Length;
        var parts = new double[season];
        var counts = new int[season];
        for (var i = 0; i < values.Length; i++)
        {
            parts[i % season] += values[i] - mean;
            counts[i % season]++;
        }

        // The next value stands at this place of the season.
        var next = values.Length % season;
        var turned = new double[season];
        for (var i = 0; i < season; i++)
            turned[i] = parts[(next + i) % season] / counts[(next + i) % season];
        return new(mean, 0, [.. turned]);
    }
}
