using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>A request as it came.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query as they were sent.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">Its body.</param>
/// <param name="At">When, by the test's clock.</param>
internal sealed record PeerRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body, DateTimeOffset At);

/// <summary>An operator's API over real HTTP that answers what the test says.</summary>
internal sealed class OperatorPeer : IAsyncDisposable
{
    private readonly ConcurrentQueue<PeerRequest> _requests = new();
    private readonly WebApplication _web;

    private OperatorPeer(Func<PeerRequest, HttpContext, Task> answer, TimeProvider clock)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            var request = new PeerRequest(
                context.Request.Method,
                target,
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync(),
                clock.GetUtcNow());
            _requests.Enqueue(request);
            await answer(request, context);
        });
    }

    public Uri Address => new(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IReadOnlyList<PeerRequest> Requests => [.. _requests];

    public static async Task<OperatorPeer> StartAsync(Func<PeerRequest, HttpContext, Task> answer, TimeProvider? clock = null)
    {
        var peer = new OperatorPeer(answer, clock ?? TimeProvider.System);
        await peer._web.StartAsync();
        return peer;
    }

    /// <summary>Answers with one status after the other, the last one again and again.</summary>
    public static Task<OperatorPeer> AnsweringAsync(params int[] statuses)
    {
        var next = 0;
        return StartAsync((_, context) =>
        {
            context.Response.StatusCode = statuses[Math.Min(Interlocked.Increment(ref next), statuses.Length) - 1];
            return Task.CompletedTask;
        });
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _web.StopAsync(atOnce.Token);
        await _web.DisposeAsync();
    }
}
