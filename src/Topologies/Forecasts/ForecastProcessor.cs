using MedStreams.Streams;

namespace MedStreams.Topologies.Forecasts;

/// <summary>Takes the counts of periods that are over, and forecasts the next ones.</summary>
internal sealed class ForecastProcessor(ForecastsOptions options) : IProcessor<Windowed<string>, long?, string, Forecast>
{
    /// <summary>A series without a case for so many seasons begins anew.</summary>
    private const int Forgotten = SeriesModel.Seasons;

    private readonly long _period = (long)options.Period.TotalMilliseconds;
    private IProcessorContext<string, Forecast> _context = null!;
    private IKeyValueStore<string, Series?> _series = null!;
    private IKeyValueStore<string, Forecast?> _last = null!;

    public void Init(IProcessorContext<string, Forecast> context)
    {
        _context = context;
        _series = context.GetStateStore<IKeyValueStore<string, Series?>>(ForecastsTopology.SeriesStore);
        _last = context.GetStateStore<IKeyValueStore<string, Forecast?>>(ForecastsTopology.LastStore);
    }

    public void Process(in Record<Windowed<string>, long?> record)
    {
        if (record.Value is not { } value)
            return;
        var (key, at) = (record.Key.Key, record.Key.Window.Start);
        var series = _series.Get(key);
        // Other periods or another season than before: what was learnt does not fit any more.
        if (series is null || series.Model.Season != options.Season || (at - series.At) % _period != 0 || (at - series.At) / _period > Forgotten * options.Season)
            series = new(at - _period, null, SeriesModel.New(options.Season));
        for (var next = series.At + _period; next < at; next += _period)
            series = Take(key, series, next, 0);
        _series.Put(key, Take(key, series, at, value));
    }

    private Series Take(string key, Series before, long at, long value)
    {
        var band = before.Model.Forecast(1);
        var model = before.Model.After(value);
        var since = model.IsAlarm ? before.Since ?? at : before.Since;
        var cut = key.LastIndexOf(ForecastsTopology.Separator);
        var forecast = new Forecast(
            key[..cut], key[(cut + 1)..], at, _period, value, band?.Expected, band?.Low, band?.High, model.IsAlarm, since,
            [.. Enumerable.Range(1, options.Ahead).Select(model.Forecast).OfType<ForecastBand>()]);
        _last.Put(key, forecast);
        _context.Forward(new(key, forecast, at + _period));
        return new(at, model.IsAlarm ? since : null, model);
    }
}
