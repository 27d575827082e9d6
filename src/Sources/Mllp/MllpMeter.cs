using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MedStreams.Sources.Mllp;

/// <summary>Counters of the MLLP source, meter <c>MedStreams.Sources.Mllp</c>.</summary>
internal sealed class MllpMeter : IDisposable
{
    private const string Name = "MedStreams.Sources.Mllp";
    private readonly Meter _meter = new(Name);

    public MllpMeter()
    {
        Taken = _meter.CreateCounter<long>("mllp.messages.taken", "{message}", "Messages written to the inbound topic");
        Repeated = _meter.CreateCounter<long>("mllp.messages.repeated", "{message}", "Repetitions that were answered and not written");
        Refused = _meter.CreateCounter<long>("mllp.messages.refused", "{message}", "Messages answered AE or AR and dead-lettered");
        Broken = _meter.CreateCounter<long>("mllp.frames.broken", "{frame}", "Pieces of bytes that were no message");
        Connections = _meter.CreateUpDownCounter<long>("mllp.connections", "{connection}", "Open connections");
    }

    /// <summary>Spans of messages on their way into the topic.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    public Counter<long> Taken { get; }

    public Counter<long> Repeated { get; }

    public Counter<long> Refused { get; }

    public Counter<long> Broken { get; }

    public UpDownCounter<long> Connections { get; }

    public void Dispose() => _meter.Dispose();
}
