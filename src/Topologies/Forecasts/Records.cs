using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Forecasts;

/// <summary>A case: the value of a record in the topic of cases. Its key does not matter; its time is the record's.</summary>
/// <param name="Department">Where.</param>
/// <param name="Diagnosis">What, as a code such as J11.1.</param>
public sealed record Case(string Department, string Diagnosis);

/// <summary>A period that was measured, beside what was expected, and what is expected next: the value of a record in the topic of forecasts.</summary>
/// <param name="Department">Where.</param>
/// <param name="Diagnosis">What.</param>
/// <param name="At">When the period began, in epoch milliseconds.</param>
/// <param name="Period">How long it is, in milliseconds.</param>
/// <param name="Value">How many cases there were.</param>
/// <param name="Expected">How many were expected; null while the series is learnt.</param>
/// <param name="Low">95 % of periods have at least so many,</param>
/// <param name="High">.. and at most so many.</param>
/// <param name="IsAlarm">Whether there were so many more that it is an alarm.</param>
/// <param name="Since">When the first period of the alarm began, in epoch milliseconds; null without one.</param>
/// <param name="Next">What is expected of the periods after this one.</param>
public sealed record Forecast(
    string Department, string Diagnosis, long At, long Period, long Value, double? Expected, double? Low, double? High, bool IsAlarm, long? Since,
    ImmutableArray<ForecastBand> Next);

/// <summary>What is known of a series, in its store.</summary>
/// <param name="At">When the last period began, in epoch milliseconds.</param>
/// <param name="Since">When the first period of an alarm began.</param>
/// <param name="Model">The model.</param>
internal sealed record Series(long At, long? Since, SeriesModel Model);

/// <summary>The forms of records: JSON with names like <c>isAlarm</c>.</summary>
public static class ForecastSerdes
{
    /// <summary>Cases.</summary>
    public static ISerde<Case> Case { get; } = new JsonSerde<Case>(ForecastForm.Default.Case);

    /// <summary>Forecasts.</summary>
    public static ISerde<Forecast> Forecast { get; } = new JsonSerde<Forecast>(ForecastForm.Default.Forecast);

    internal static ISerde<Series> Series { get; } = new JsonSerde<Series>(ForecastForm.Default.Series);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Case))]
[JsonSerializable(typeof(Forecast))]
[JsonSerializable(typeof(Series))]
internal sealed partial class ForecastForm : JsonSerializerContext;
