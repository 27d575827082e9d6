using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Tests.Notifications;

/// <summary>Somebody who takes what is posted.</summary>
internal sealed class HttpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpReceiver(WebApplication application) => _application = application;

    public ConcurrentQueue<(string Method, string Id, string? Authorization, string? Type, string Body)> Taken { get; } = new();

    public int Refuses { get; set; }

    public static async Task<HttpReceiver> StartAsync(int port)
    {
        var application = WebHost.Make(new IPEndPoint(IPAddress.Loopback, port), null);
        var receiver = new HttpReceiver(application);
        application.Run(receiver.TakeAsync);
        await application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        if (Refuses > 0)
        {
            Refuses--;
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        var headers = context.Request.Headers;
        Taken.Enqueue((context.Request.Method, headers["X-Notification-Id"].ToString(), headers.Authorization, context.Request.ContentType, body));
    }
}
