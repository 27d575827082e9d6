using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MedStreams.Monitoring.Metrics;

/// <summary>
/// Listens to every meter of the process (engine, broker, sinks, sources, .NET itself) and writes what they told. Counters count from when it begins. Safe for
/// use by several threads.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentValues> _instruments = new();
    private readonly Lock _look = new();

    public MetricsCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
            listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, static i => new InstrumentValues(i)));
        _listener.MeasurementsCompleted = (instrument, state) => _instruments.TryRemove(instrument, out _);
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record((double)value, tags, state));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(value, tags, state));
        _listener.Start();
    }

    /// <summary>Asks what is told when somebody looks, and writes all metrics, by name.</summary>
    public void Write(Exposition text)
    {
        lock (_look)
        {
            foreach (var values in _instruments.Values)
                values.Begin();
            _listener.RecordObservableInstruments();
            foreach (var family in _instruments.Values.GroupBy(v => v.Name.Text, StringComparer.Ordinal).OrderBy(f => f.Key, StringComparer.Ordinal))
                WriteFamily(text, family.Key, [.. family]);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((InstrumentValues)state!).Record(value, tags);

    private static void WriteFamily(Exposition text, string name, InstrumentValues[] instruments)
    {
        // A name has one type: instruments of another one under it are left out.
        var first = instruments[0];
        var totals = new Dictionary<string, Total>(StringComparer.Ordinal);
        foreach (var values in instruments.Where(v => v.Kind == first.Kind))
            values.AddTo(totals);
        if (totals.Count == 0)
            return;
        text.Family(name, first.Kind, first.Help);
        foreach (var (labels, total) in totals.OrderBy(t => t.Key, StringComparer.Ordinal))
            total.Write(text, name, labels, first.Kind);
    }
}
