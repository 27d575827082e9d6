using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// <c>GET /api/events</c>: the state as server-sent events. One that takes slowly holds up nobody: the next frame is made when the last one is written. It ends
/// with the session, and when the page stops.
/// </summary>
internal sealed class EventStream(LiveState live, Sessions sessions, int mostStreams)
{
    public async Task AnswerAsync(HttpContext context, Session session)
    {
        var isFresh = live.Join();
        try
        {
            if (live.Readers > mostStreams || live.IsStopped)
            {
                context.Response.Headers.RetryAfter = "10";
                await PageHttp.WriteAsync(context, PageReply.Error(
                    StatusCodes.Status503ServiceUnavailable, "too-many", "As many pages as can be served are open."));
                return;
            }

            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await SendAsync(context.Response.Body, isFresh, session, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The browser has gone.
        }
        finally
        {
            live.Leave();
        }
    }

    private async Task SendAsync(Stream body, Task isFresh, Session session, CancellationToken aborted)
    {
        await WriteAsync(body, "retry: 2000\n: connected\n\n"u8.ToArray(), aborted);
        await isFresh.WaitAsync(aborted);
        var seen = 0L;
        while (true)
        {
            var next = live.Next;
            if (live.IsStopped || sessions.IsOver(session))
            {
                var reason = live.IsStopped ? "stopped" : "logged-out";
                await WriteAsync(body, Encoding.UTF8.GetBytes($"event: bye\ndata: {{\"reason\":\"{reason}\"}}\n\n"), aborted);
                return;
            }

            if (live.Since(ref seen) is { IsEmpty: false } frame)
                await WriteAsync(body, frame, aborted);
            else
                await WriteAsync(body, ": heart-beat\n\n"u8.ToArray(), aborted);
            await next.WaitAsync(aborted);
        }
    }

    private static async Task WriteAsync(Stream body, ReadOnlyMemory<byte> bytes, CancellationToken aborted)
    {
        await body.WriteAsync(bytes, aborted);
        await body.FlushAsync(aborted);
    }
}
