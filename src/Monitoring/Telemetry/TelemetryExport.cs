using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MedStreams.Monitoring;

/// <summary>Where metrics and traces are sent with OpenTelemetry's protocol.</summary>
public sealed record TelemetryExportOptions
{
    /// <summary>The collector, http or https; over HTTP <c>/v1/traces</c> and <c>/v1/metrics</c> are added.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Whether it is spoken over HTTP/1.1 (<c>http/protobuf</c>), else over gRPC; default yes.</summary>
    public bool UsesHttp { get; init; } = true;

    /// <summary>Headers of each request, such as a secret: <c>NAME=VALUE</c> with commas between; null: none.</summary>
    public string? Headers { get; init; }

    /// <summary>The process's <c>service.name</c>.</summary>
    public string ServiceName { get; init; } = "medstreams";

    /// <summary>The share of traces that begin here and are kept, 0 to 1; one that began elsewhere is kept or not as it was there. Default 0.01.</summary>
    public double SampleRatio { get; init; } = 0.01;

    /// <summary>Between two messages with metrics; default 60 s.</summary>
    public TimeSpan MetricInterval { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>
/// Sends the spans and metrics of the process (engine, broker, sources, sinks with Npgsql, .NET) to a collector. Nothing of a record is among them. Sending never holds
/// up who is measured: what the collector does not take in time is dropped.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    private const string Ours = "MedStreams.*";
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    /// <summary>Begins to send.</summary>
    public TelemetryExport(TelemetryExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var resource = ResourceBuilder.CreateEmpty().AddTelemetrySdk()
            .AddService(options.ServiceName, serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}").AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Ours, "Npgsql")
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)))
            .AddOtlpExporter(exporter => Set(exporter, options, "v1/traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Ours, "Npgsql", "System.Runtime")
            .AddOtlpExporter((exporter, reader) =>
            {
                Set(exporter, options, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.MetricInterval.TotalMilliseconds;
            }).Build();
    }

    /// <summary>Sends what waits, for at most some seconds, and ends.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void Set(OtlpExporterOptions exporter, TelemetryExportOptions options, string path)
    {
        exporter.Protocol = options.UsesHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = options.UsesHttp ? new Uri(options.Endpoint.AbsoluteUri.TrimEnd('/') + "/" + path) : options.Endpoint;
        if (options.Headers is not null)
            exporter.Headers = options.Headers;
    }
}
