using MedStreams.Streams;

namespace MedStreams.Topologies.Forecasts;

/// <summary>
/// Cases counted by department and diagnosis for each period, and forecast (S5.7): <c>cases</c> to <c>forecasts</c> (each period once it is over, with what was expected and what
/// is expected next) and <c>forecasts.alarms</c> (an alarm begins, an alarm ends). Periods without a case count as 0 when the next case of the series comes.
/// </summary>
public static class ForecastsTopology
{
    /// <summary>The last forecast of each series, by <c>department|diagnosis</c>; may be queried.</summary>
    public const string LastStore = "forecasts-last";

    internal const string SeriesStore = "forecasts-series";
    internal const char Separator = '|';

    /// <summary>Adds the topology to a builder.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static void Build(StreamsBuilder builder, ForecastsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        builder.AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore(SeriesStore), Serdes.String, ForecastSerdes.Series));
        builder.AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore(LastStore), Serdes.String, ForecastSerdes.Forecast));
        var forecasts = builder
            .Stream(options.CaseTopic, Consumed.With(Serdes.Bytes, ForecastSerdes.Case) with { Name = "cases" })
            .GroupBy(
                (_, seen) => $"{seen.Department}{Separator}{seen.Diagnosis}",
                Grouped.With("by-series", Serdes.String, ForecastSerdes.Case))
            .WindowedBy(TimeWindows.OfSizeAndGrace(options.Period, options.Grace))
            .Count(Materialized.As("cases-counted"))
            .Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()))
            .ToStream(Named.As("closed"))
            .Process(() => new ForecastProcessor(options), Named.As("forecast"), [SeriesStore, LastStore]);
        forecasts.To(options.ForecastTopic, Produced.With(Serdes.String, ForecastSerdes.Forecast) with { Name = "forecasts" });
        forecasts
            .Filter((_, forecast) => forecast.IsAlarm ? forecast.Since == forecast.At : forecast.Since is not null, "alarms-that-change")
            .To(options.AlarmTopic, Produced.With(Serdes.String, ForecastSerdes.Forecast) with { Name = "alarms" });
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(ForecastsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [options.CaseTopic, options.DeadLetterTopic, options.ForecastTopic, options.AlarmTopic];
    }
}
