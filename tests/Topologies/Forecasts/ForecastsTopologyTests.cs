using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.Forecasts;

namespace MedStreams.Topologies.Tests.Forecasts;

/// <summary>Cases in, periods with their forecasts and alarms out.</summary>
public sealed class ForecastsTopologyTests : IDisposable
{
    private static readonly ForecastsOptions Options = new() { Period = TimeSpan.FromHours(1), Season = 4, Grace = TimeSpan.Zero, Ahead = 4 };
    private static readonly DateTimeOffset Beginning = new(2031, 3, 3, 0, 0, 0, TimeSpan.Zero);
    private readonly TopologyTestDriver _driver;

    public ForecastsTopologyTests()
    {
        var builder = new StreamsBuilder();
        ForecastsTopology.Build(builder, Options);
        _driver = new(builder.Build());
    }

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void S5_7_cases_are_counted_by_department_and_diagnosis_and_silent_periods_are_zero()
    {
        Cases(0, "ED", "J11", 3);
        Cases(0, "ED", "A09", 1);
        Cases(3, "ED", "J11", 2);
        Cases(4, "ED", "J11", 1);

        Assert.Equal(
            ["A09 0: 1", "J11 0: 3", "J11 1: 0", "J11 2: 0", "J11 3: 2"],
            Forecasts().Select(f => $"{f.Diagnosis} {(f.At - Beginning.ToUnixTimeMilliseconds()) / 3_600_000}: {f.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void S5_7_forecasts_begin_after_three_seasons_and_an_outbreak_is_told_when_it_begins_and_when_it_ends()
    {
        for (var hour = 0; hour < 60; hour++)
            Cases(hour, "ED", "J11", hour % 4 == 0 ? 12 : 6);
        Cases(60, "ED", "J11", 60);
        Cases(61, "ED", "J11", 60);
        for (var hour = 62; hour < 66; hour++)
            Cases(hour, "ED", "J11", hour % 4 == 0 ? 12 : 6);

        var forecasts = Forecasts();
        Assert.Null(forecasts[10].Expected);
        Assert.NotNull(forecasts[20].Expected);
        Assert.Equal(4, forecasts[20].Next.Length);
        Assert.True(forecasts[56].Expected > 9);
        var alarms = _driver.CreateOutputTopic(Options.AlarmTopic, Serdes.String, ForecastSerdes.Forecast).ReadRecords();
        Assert.Equal([(60, true), (62, false)], alarms.Select(a => ((int)((a.Value.At - Beginning.ToUnixTimeMilliseconds()) / 3_600_000), a.Value.IsAlarm)));
        Assert.All(alarms, a => Assert.Equal(Beginning.AddHours(60).ToUnixTimeMilliseconds(), a.Value.Since));
    }

    private void Cases(int hour, string department, string diagnosis, int count)
    {
        var topic = _driver.CreateInputTopic(Options.CaseTopic, Serdes.Bytes, ForecastSerdes.Case);
        for (var i = 0; i < count; i++)
            topic.PipeInput([], new Case(department, diagnosis), Beginning.AddHours(hour).AddSeconds(i));
    }

    private List<Forecast> Forecasts() => [.. _driver.CreateOutputTopic(Options.ForecastTopic, Serdes.String, ForecastSerdes.Forecast).ReadRecords().Select(r => r.Value)];
}
