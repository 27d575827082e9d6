using System.Diagnostics.Metrics;

namespace MedStreams.Sinks.Operators;

/// <summary>What is measured of operators, meter <c>MedStreams.Sinks.Operators</c>, with the tag <c>operator</c>.</summary>
internal sealed class OperatorMeter : IDisposable
{
    private readonly Meter _meter = new("MedStreams.Sinks.Operators");
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _requests;

    public OperatorMeter()
    {
        _calls = _meter.CreateCounter<long>("operator.calls", "{call}", "Cards that an operator was called for, by outcome");
        _requests = _meter.CreateHistogram<double>("operator.request.duration", "s", "Time of single requests, look-ups and repetitions included");
    }

    public void Called(string name, OperatorOutcome outcome) => _calls.Add(1, new("operator", name), new("outcome", outcome.ToString()));

    public void Requested(string name, TimeSpan span) => _requests.Record(span.TotalSeconds, new KeyValuePair<string, object?>("operator", name));

    /// <summary>Tells whether an operator is left alone: 1 or 0.</summary>
    public void Watch(string name, Func<bool> isLeftAlone) => _meter.CreateObservableGauge(
        "operator.breaker.open", () => new Measurement<int>(isLeftAlone() ? 1 : 0, new KeyValuePair<string, object?>("operator", name)), description: "Whether an operator is left alone");

    public void Dispose() => _meter.Dispose();
}
