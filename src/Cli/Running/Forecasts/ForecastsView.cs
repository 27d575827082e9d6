using Confluent.Kafka;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring.Page;
using MedStreams.Topologies.Forecasts;

namespace MedStreams.Cli.Running.Forecasts;

/// <summary>Series with their bands, as the page shows them: those with an alarm first, then those with most cases. Used by one thread at a time.</summary>
internal sealed class ForecastsView
{
    /// <summary>So many series are shown,</summary>
    private const int Most = 50;

    /// <summary>.. each with so many periods.</summary>
    private const int Points = 60;

    private readonly Dictionary<string, Queue<Forecast>> _series = new(StringComparer.Ordinal);

    /// <summary>The view of a topology.</summary>
    public static PageContent Of(PageSetting setting, ForecastsOptions options)
    {
        var view = new ForecastsView();
        var tail = setting.Tail("forecasts", options.ForecastTopic, view.Take, view.Show);
        return new PageContent { Parts = [tail], Owned = [tail] };
    }

    internal void Take(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (record.Message.Value is { } value)
            Take(ForecastSerdes.Forecast.Deserialize(value, default));
    }

    internal void Take(Forecast forecast)
    {
        var name = $"{forecast.Department}, {forecast.Diagnosis}";
        if (!_series.TryGetValue(name, out var points))
            _series.Add(name, points = new());
        points.Enqueue(forecast);
        if (points.Count > Points)
            points.Dequeue();
    }

    internal object? Show() => _series.Count == 0 ? null : new
    {
        Series = _series
            .Select(static series => (series.Key, Points: series.Value, Last: series.Value.Last()))
            .OrderByDescending(static series => series.Last.IsAlarm).ThenByDescending(static series => series.Points.Sum(p => p.Value))
            .Take(Most)
            .Select(static series => new
            {
                Name = series.Key,
                Points = series.Points
                    .Select(static p => new { p.At, Value = (long?)p.Value, p.Expected, p.Low, p.High })
                    .Concat(series.Last.Next.Select((band, i) => new
                    {
                        At = series.Last.At + ((i + 1) * series.Last.Period),
                        Value = (long?)null,
                        Expected = (double?)band.Expected,
                        Low = (double?)band.Low,
                        High = (double?)band.High,
                    }))
                    .ToList(),
                series.Last.IsAlarm,
                Since = series.Last.IsAlarm ? series.Last.Since : null,
            })
            .ToList(),
    };
}
