using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Tests.Telemetry;

/// <summary>A span as it came over the wire.</summary>
internal sealed record ReceivedSpan(string Scope, string Name, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A collector that takes OTLP over HTTP and keeps what it is sent.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;

    private OtlpReceiver(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = new("http://localhost");

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    public ConcurrentDictionary<string, byte> Metrics { get; } = new();

    public string? Service { get; private set; }

    /// <summary>Every byte that came, to look for what must not be there.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = new();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var receiver = new OtlpReceiver(application);
        receiver.Address = await WebHost.StartAsync(application, receiver, () => application.Run(receiver.TakeAsync));
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Bodies.Enqueue(body.ToArray());
        var message = new Protobuf(body.ToArray());
        foreach (var resource in message.Of(1))
        {
            Service = Attributes(resource.One(1), 1).GetValueOrDefault("service.name") ?? Service;
            foreach (var scope in resource.Of(2))
            {
                foreach (var item in scope.Of(2))
                {
                    if (context.Request.Path == "/v1/traces")
                        Spans.Enqueue(new ReceivedSpan(scope.One(1).One(1).Text, item.One(5).Text, item.One(1).Hex, item.One(2).Hex, item.One(4).Hex, Attributes(item, 9)));
                    else
                        Metrics.TryAdd(item.One(1).Text, 0);
                }
            }
        }

        context.Response.ContentType = "application/x-protobuf";
    }

    private static Dictionary<string, string> Attributes(Protobuf message, int field)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in message.Of(field))
            attributes[pair.One(1).Text] = pair.One(2).One(1).Text;
        return attributes;
    }
}
