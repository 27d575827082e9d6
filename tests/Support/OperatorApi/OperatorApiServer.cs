using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MedStreams.Support.OperatorApi;

/// <summary>
/// An operator's API that does what it is told not quite as one would wish. Two flavours: <c>POST /keyed/cards</c> with <c>Idempotency-Key</c>, which does nothing twice under a key; and
/// <c>POST /plain/cards</c>, which does whatever it is told however often, beside <c>GET /plain/cards/{enterprise}/{number}?due=</c>, which tells what was done. Bodies are
/// <c>{"enterprise":..,"number":..,"due":..}</c>.
/// </summary>
internal sealed class OperatorApiServer : IAsyncDisposable
{
    private const string Keyed = "keyed";
    private const string Plain = "plain";
    private readonly OperatorApiOptions _options;
    private readonly Action _die;
    private readonly OperatorBook _book;
    private readonly WebApplication _web;
    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    private OperatorApiServer(OperatorApiOptions options, Action die)
    {
        (_options, _die) = (options, die);
        _book = OperatorBook.Open(options.Book);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Port));
        builder.Services.AddRoutingCore();
        _web = builder.Build();
        _web.UseRouting();
        _web.MapPost("/keyed/cards", context => CallAsync(context, Keyed));
        _web.MapPost("/plain/cards", context => CallAsync(context, Plain));
        _web.MapGet("/plain/cards/{enterprise}/{number}", LookUpAsync);
        _web.UseEndpoints(static _ => { });
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Starts it.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="die">Ends the process at once; does not return then.</param>
    public static async Task<OperatorApiServer> StartAsync(OperatorApiOptions options, Action die)
    {
        var server = new OperatorApiServer(options, die);
        await server._web.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _web.DisposeAsync();
        _book.Dispose();
        _stop.Dispose();
    }

    private async Task CallAsync(HttpContext context, string flavour)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var entry = new BookEntry(
            flavour, Member(body, "enterprise"), Member(body, "number"), Member(body, "due"), context.Request.Headers["Idempotency-Key"].ToString());
        var card = $"{flavour}/{entry.Enterprise}/{entry.Number}/{entry.Due}";
        var repetition = _requests.AddOrUpdate(card, 1, static (_, n) => n + 1);
        var fault = _options.FaultOf(_book.Starts, card, repetition);
        if (!IsAllowed(context) || await HandledAsync(context, fault))
            return;
        if (flavour == Keyed && entry.Key.Length == 0)
        {
            await AnswerAsync(context, 400, "no-key");
            return;
        }

        if (fault == OperatorMisdeed.Late)
            await Task.Delay(_options.LatenessOf(_book.Starts, card, repetition), TimeProvider.System, _stop.Token);
        bool isNew;
        try
        {
            isNew = Do(entry);
        }
        catch (InvalidOperationException)
        {
            await AnswerAsync(context, 422, "key-of-another");
            return;
        }

        switch (fault)
        {
            case OperatorMisdeed.Lie:
                await AnswerAsync(context, 500, "failed");
                break;
            case OperatorMisdeed.HangAfter:
                await HangAsync(context);
                break;
            case OperatorMisdeed.CutAfter:
                context.Abort();
                break;
            case OperatorMisdeed.DieAfter:
                _die();
                context.Abort();
                break;
            default:
                await AnswerAsync(context, isNew ? 200 : 409, isNew ? "done" : "already-done");
                break;
        }
    }

    private async Task LookUpAsync(HttpContext context)
    {
        var (enterprise, number, due) = ((string)context.Request.RouteValues["enterprise"]!, (string)context.Request.RouteValues["number"]!, context.Request.Query["due"].ToString());
        var card = $"look/{enterprise}/{number}/{due}";
        var fault = _options.FaultOf(_book.Starts, card, _requests.AddOrUpdate(card, 1, static (_, n) => n + 1));
        if (!IsAllowed(context) || await HandledAsync(context, fault))
            return;
        var isKnown = _book.Knows(Plain, enterprise, number, due);
        await AnswerAsync(context, isKnown ? 200 : 404, isKnown ? "done" : "missing");
    }

    private bool Do(BookEntry entry)
    {
        if (entry.Flavour == Keyed)
            return _book.DoOnce(entry);
        _book.Do(entry);
        return true;
    }

    private bool IsAllowed(HttpContext context)
    {
        if (_options.Token is null || context.Request.Headers.Authorization == $"Bearer {_options.Token}")
            return true;
        context.Response.StatusCode = 401;
        return false;
    }

    /// <summary>Faults that do nothing.</summary>
    private async Task<bool> HandledAsync(HttpContext context, OperatorMisdeed fault)
    {
        switch (fault)
        {
            case OperatorMisdeed.Throttle:
                context.Response.Headers.RetryAfter = Math.Ceiling(_options.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                await AnswerAsync(context, 429, "slower");
                return true;
            case OperatorMisdeed.ThrottleUntil:
                var now = TimeProvider.System.GetUtcNow();
                context.Response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
                context.Response.Headers.RetryAfter = (now + _options.RetryAfter).ToString("R", CultureInfo.InvariantCulture);
                await AnswerAsync(context, 429, "slower");
                return true;
            case OperatorMisdeed.Fail:
                await AnswerAsync(context, 503, "failed");
                return true;
            case OperatorMisdeed.Hang:
                await HangAsync(context);
                return true;
            case OperatorMisdeed.Cut:
                context.Abort();
                return true;
            case OperatorMisdeed.Die:
                _die();
                context.Abort();
                return true;
            default:
                return false;
        }
    }

    private async Task HangAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Task AnswerAsync(HttpContext context, int status, string state)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync($$"""{"state":"{{state}}"}""");
    }

    private static string Member(JsonDocument body, string name) => body.RootElement.GetProperty(name).GetString()!;
}
