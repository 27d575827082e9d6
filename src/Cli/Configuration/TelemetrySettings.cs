using System.Globalization;
using MedStreams.Monitoring;

namespace MedStreams.Cli.Configuration;

/// <summary>Where the long-running verbs send metrics and traces with OpenTelemetry's protocol.</summary>
internal static class TelemetrySettings
{
    public static Setting<Uri> Endpoint { get; } =
        new("Telemetry:OtlpEndpoint", "The collector that metrics and traces are sent to; not set: none",
            new Rule<Uri>("an address with http or https, such as http://127.0.0.1:4318", (string text, out Uri value) =>
                Uri.TryCreate(text, UriKind.Absolute, out value!) && value.Scheme is "http" or "https"), null);

    public static Setting<bool> UsesHttp { get; } =
        new("Telemetry:OtlpProtocol", "How the collector is spoken to", Rules.OneOf(("http/protobuf", true), ("grpc", false)), "http/protobuf");

    public static Setting<string> Headers { get; } =
        new("Telemetry:OtlpHeaders", "Headers of each request: NAME=VALUE, several with commas between", Rules.Text, null) { Secret = true };

    public static Setting<string> ServiceName { get; } =
        new("Telemetry:ServiceName", "The service's name there; not set: medstreams- and the topology or verb", Rules.Text, null);

    public static Setting<double> SampleRatio { get; } =
        new("Telemetry:SampleRatio", "The share of traces that begin here and are kept",
            new Rule<double>("a number from 0 to 1", (string text, out double value) =>
                double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1), "0.01");

    public static Setting<TimeSpan> MetricInterval { get; } =
        new("Telemetry:MetricInterval", "Between two messages with metrics", Rules.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)), "1 min");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Endpoint, UsesHttp, Headers, ServiceName, SampleRatio, MetricInterval];

    /// <summary>Begins to send where that is asked for; null where it is not.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="name">The topology or verb.</param>
    public static TelemetryExport? Export(EffectiveSettings settings, string name) => settings.Find(Endpoint, out var endpoint)
        ? new TelemetryExport(new TelemetryExportOptions
        {
            Endpoint = endpoint,
            UsesHttp = settings.Get(UsesHttp),
            Headers = settings.Find(Headers, out var headers) ? headers : null,
            ServiceName = settings.Find(ServiceName, out var service) ? service : $"medstreams-{name}",
            SampleRatio = settings.Get(SampleRatio),
            MetricInterval = settings.Get(MetricInterval),
        })
        : null;
}
