using System.Collections.Immutable;

namespace MedStreams.Topologies.Forecasts;

/// <summary>What a series is expected to be.</summary>
/// <param name="Expected">The value.</param>
/// <param name="Low">95 % of values lie from here,</param>
/// <param name="High">.. to here.</param>
public readonly record struct ForecastBand(double Expected, double Low, double High);

/// <summary>
/// What is known of a series of counts with a season (S5.7). Immutable; values come one after the other, one for each period. Until three seasons have come, it learns and forecasts nothing.
/// </summary>
/// <remarks>
/// Counts vary the more the greater they are, so forecasts are made of their square roots (Anscombe, 1948). A value far off teaches no more than one that
/// is a little off, so an outbreak does not become what is expected at once. Once a season, the rates are chosen anew: those that
/// would have forecast the last seasons best. The band is as wide as forecasts have really been wrong.
/// </remarks>
/// <param name="Season">After how many periods things repeat.</param>
/// <param name="History">Roots of the last values, at most of <see cref="Seasons"/> seasons.</param>
/// <param name="State">The smoothing; null while it learns.</param>
/// <param name="Rates">How quickly it follows.</param>
/// <param name="Variance">That of the errors of forecasts of the next period, as roots.</param>
/// <param name="Count">How many values have come.</param>
/// <param name="Last">By how many standard deviations the last value was off.</param>
/// <param name="IsAlarm">Whether the last value lay above what is expected so far that it is an alarm.</param>
public sealed record SeriesModel(
    int Season, ImmutableArray<double> History, Smoothing? State, SmoothingRates Rates, double Variance, long Count, double Last, bool IsAlarm)
{
    /// <summary>How many seasons rates are chosen by.</summary>
    public const int Seasons = 16;

    private const int Learning = 3;

    /// <summary>Half of the band, in standard deviations.</summary>
    private const double Band = 1.96;

    /// <summary>
    /// An alarm is a value so many standard deviations above what is expected, or two one after the other that are <see cref="PairAlarm"/> together. By chance a value is that in
    /// less than 1 of 100 periods.
    /// </summary>
    private const double Alarm = 2.8;

    private const double PairAlarm = 2.45;

    /// <summary>Errors beyond so many standard deviations teach no more than these,</summary>
    private const double Clip = 2;

    /// <summary>.. which makes the mean of their squares smaller, by this where errors are normal.</summary>
    private const double ClippedSquare = 0.9205;

    /// <summary>So many errors make the variance, the last ones more than earlier ones.</summary>
    private const double Memory = 150;

    private static readonly double[] LevelRates = [0.01, 0.03, 0.08, 0.15, 0.3];
    private static readonly double[] TrendRates = [0, 0.02, 0.08];
    private static readonly double[] SeasonRates = [0.01, 0.05, 0.15];

    /// <summary>Nothing is known yet.</summary>
    public static SeriesModel New(int season) => new(season, [], null, default, 0, 0, 0, IsAlarm: false);

    /// <summary>What the value of a period ahead is expected to be, from 1; null while it learns.</summary>
    public ForecastBand? Forecast(int ahead)
    {
        if (State is null)
            return null;
        var (root, deviation) = (State.Expected(ahead), Math.Sqrt(Variance) * State.Spread(ahead, Rates));
        return new(Value(root), Value(root - (Band * deviation)), Value(root + (Band * deviation)));
    }

    /// <summary>What is known after a value, 0 or more, for the next period.</summary>
    public SeriesModel After(double value)
    {
        var root = Root(value);
        var history = History.Length < Seasons * Season ? History.Add(root) : [.. History.AsSpan()[1..], root];
        if (State is null)
        {
            var learnt = this with { History = history, Count = Count + 1 };
            return learnt.Count < Learning * Season ? learnt : learnt.Retrained();
        }

        var deviation = Math.Sqrt(Variance);
        var error = root - State.Expected(1);
        var off = error / deviation;
        var clipped = Math.Clamp(error, -Clip * deviation, Clip * deviation);
        var weight = 1 / Math.Min(Count, Memory);
        var next = this with
        {
            History = history,
            State = State.After(clipped, Rates),
            Variance = AtLeast(Variance + (weight * ((clipped * clipped / ClippedSquare) - Variance))),
            Count = Count + 1,
            Last = off,
            IsAlarm = off > Alarm || (off > 0 && Last > 0 && (off + Last) / Math.Sqrt(2) > PairAlarm),
        };
        return next.Count % Season == 0 ? next.Retrained() : next;
    }

    /// <summary>With the rates that would have forecast the history best, and the state that they end with.</summary>
    private SeriesModel Retrained()
    {
        SeriesModel? best = null;
        var least = double.PositiveInfinity;
        foreach (var level in LevelRates)
        {
            foreach (var trend in TrendRates)
            {
                foreach (var season in SeasonRates)
                {
                    var rates = new SmoothingRates(level, trend, season);
                    var (state, square) = Replayed(rates);
                    if (square >= least)
                        continue;
                    least = square;
                    best = this with { State = state, Rates = rates, Variance = State is null ? AtLeast(square) : Variance };
                }
            }
        }

        return best!;
    }

    /// <summary>The history forecast period by period; the state at its end, and the mean of the squared errors after the first seasons.</summary>
    private (Smoothing State, double Square) Replayed(SmoothingRates rates)
    {
        var begin = (Learning - 1) * Season;
        var state = Smoothing.Of(History.AsSpan(0, begin), Season);
        var limit = Clip * Deviation();
        var squares = 0.0;
        for (var i = begin; i < History.Length; i++)
        {
            var error = History[i] - state.Expected(1);
            squares += Math.Min(error * error, limit * limit);
            state = state.After(Math.Clamp(error, -limit, limit), rates);
        }

        return (state, squares / (History.Length - begin) / ClippedSquare);
    }

    /// <summary>What errors are measured by: their own deviation, or that of the differences between seasons where there is none yet.</summary>
    private double Deviation()
    {
        if (State is not null)
            return Math.Sqrt(Variance);
        var squares = 0.0;
        for (var i = Season; i < History.Length; i++)
            squares += (History[i] - History[i - Season]) * (History[i] - History[i - Season]);
        return Math.Sqrt(AtLeast(squares / (History.Length - Season) / 2));
    }

    /// <summary>Counts cannot vary less than chance makes them vary: the root of a count has a variance of about 1.</summary>
    private static double AtLeast(double variance) => Math.Max(variance, 0.25);

    private static double Root(double value) => 2 * Math.Sqrt(value + 0.375);

    private static double Value(double root) => root <= 0 ? 0 : Math.Max(0, (root * root / 4) - 0.375);
}
