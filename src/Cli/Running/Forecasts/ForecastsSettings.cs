using MedStreams.Cli.Configuration;
using MedStreams.Topologies.Forecasts;

namespace MedStreams.Cli.Running.Forecasts;

/// <summary>How cases are counted and forecast; the meanings are those of <see cref="ForecastsOptions"/>.</summary>
internal static class ForecastsSettings
{
    public static Setting<string> CaseTopic { get; } = new("Forecasts:CaseTopic", "Where cases come from", Rules.TopicName, "cases");

    public static Setting<string> DeadLetterTopic { get; } =
        new("Forecasts:DeadLetterTopic", "Where records go that are no case", Rules.TopicName, "cases.dead-letter");

    public static Setting<string> ForecastTopic { get; } =
        new("Forecasts:ForecastTopic", "Where periods go with their forecasts", Rules.TopicName, "forecasts");

    public static Setting<string> AlarmTopic { get; } =
        new("Forecasts:AlarmTopic", "Where it is told that alarms begin and end", Rules.TopicName, "forecasts.alarms");

    public static Setting<TimeSpan> Period { get; } =
        new("Forecasts:Period", "What one count is of; periods begin at its multiples, in UTC", Rules.Duration(TimeSpan.FromSeconds(1)), "1 d");

    public static Setting<int> Season { get; } =
        new("Forecasts:Season", "After how many periods things repeat: 7 for days of a week, 24 for hours of a day", Rules.Integer(2, 400), "7");

    public static Setting<TimeSpan> Grace { get; } =
        new("Forecasts:Grace", "How long after its end a period waits for late cases", Rules.Duration(TimeSpan.Zero), "1 h");

    public static Setting<int> Ahead { get; } = new("Forecasts:Ahead", "How many periods ahead are forecast", Rules.Integer(1, 400), "7");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } = [CaseTopic, DeadLetterTopic, ForecastTopic, AlarmTopic, Period, Season, Grace, Ahead];

    /// <summary>The topology's options.</summary>
    public static ForecastsOptions ToOptions(EffectiveSettings settings) => new()
    {
        CaseTopic = settings.Get(CaseTopic),
        DeadLetterTopic = settings.Get(DeadLetterTopic),
        ForecastTopic = settings.Get(ForecastTopic),
        AlarmTopic = settings.Get(AlarmTopic),
        Period = settings.Get(Period),
        Season = settings.Get(Season),
        Grace = settings.Get(Grace),
        Ahead = settings.Get(Ahead),
    };
}
