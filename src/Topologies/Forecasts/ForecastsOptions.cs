namespace MedStreams.Topologies.Forecasts;

/// <summary>How cases are counted and forecast (S5.7). Immutable.</summary>
public sealed record ForecastsOptions
{
    /// <summary>Where cases come from.</summary>
    public string CaseTopic { get; init; } = "cases";

    /// <summary>Where records go that are no case.</summary>
    public string DeadLetterTopic { get; init; } = "cases.dead-letter";

    /// <summary>Where measured periods with their forecasts go, by series.</summary>
    public string ForecastTopic { get; init; } = "forecasts";

    /// <summary>Where it is told that alarms begin and end, by series.</summary>
    public string AlarmTopic { get; init; } = "forecasts.alarms";

    /// <summary>What one count is of, 1 s and more; periods begin at multiples of it since the epoch (UTC).</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromDays(1);

    /// <summary>After how many periods things repeat, 2 to 400: 7 for days of a week, 24 for hours of a day.</summary>
    public int Season { get; init; } = 7;

    /// <summary>How long after its end a period waits for late cases.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many periods ahead are forecast, 1 to 400.</summary>
    public int Ahead { get; init; } = 7;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">Names the option and what is allowed.</exception>
    internal void Validate()
    {
        Require(Period >= TimeSpan.FromSeconds(1), "1 s and more are allowed", nameof(Period));
        Require(Season is >= 2 and <= 400, "2 to 400 are allowed", nameof(Season));
        Require(Grace >= TimeSpan.Zero, "0 and more are allowed", nameof(Grace));
        Require(Ahead is >= 1 and <= 400, "1 to 400 are allowed", nameof(Ahead));
    }

    private static void Require(bool holds, string otherwise, string setting)
    {
        if (!holds)
            throw new ArgumentException(otherwise, setting);
    }
}
