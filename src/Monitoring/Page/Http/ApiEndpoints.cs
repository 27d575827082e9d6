using System.Security.Cryptography;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// The resources and actions of a page below <c>/api/</c>. Who comes here has a session; an action also needs the role and the session's token, and is written to
/// the audit before it begins and before it is acknowledged.
/// </summary>
internal sealed class ApiEndpoints(PageServerOptions options, TimeProvider clock, ILogger logger)
{
    /// <summary>The header that carries the session's token.</summary>
    public const string TokenHeader = "X-CSRF-Token";

    /// <summary>A request without its session's token.</summary>
    public static PageReply NoToken { get; } = PageReply.Error(StatusCodes.Status403Forbidden, "csrf", $"The header {TokenHeader} is missing or wrong.");

    private static PageReply NoBroker { get; } = PageReply.Error(StatusCodes.Status503ServiceUnavailable, "no-broker", "No broker answers: try again.");

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var resource in (IEnumerable<IPageResource>)[.. options.Content.Resources, new ReportList(options.Content.Reports), new ReportPage(options.Content.Reports, options.Title, clock)])
            routes.MapMethods("/api/" + resource.Pattern, [resource.IsPosted ? HttpMethods.Post : HttpMethods.Get], context => GetAsync(context, resource));
        foreach (var action in options.Content.Actions)
            routes.MapPost("/api/" + action.Pattern, context => ActAsync(context, action));
    }

    private static async Task GetAsync(HttpContext context, IPageResource resource)
    {
        if (resource.IsPosted && !HasToken(context, SessionOf(context)))
        {
            await PageHttp.WriteAsync(context, NoToken);
            return;
        }

        PageReply reply;
        try
        {
            using var body = resource.IsPosted ? await ReadAsync(context) : null;
            reply = await resource.GetAsync(RequestOf(context, body?.RootElement ?? default), context.RequestAborted);
        }
        catch (PageRequestException e)
        {
            reply = PageReply.Error(StatusCodes.Status400BadRequest, "bad-request", e.Message);
        }
        catch (KafkaException)
        {
            reply = NoBroker;
        }

        await PageHttp.WriteAsync(context, reply);
    }

    private async Task ActAsync(HttpContext context, IPageAction action)
    {
        var session = SessionOf(context);
        if (!HasToken(context, session))
            await PageHttp.WriteAsync(context, NoToken);
        else if (session.Viewer.Role != PageRole.Operator)
            await PageHttp.WriteAsync(context, PageReply.Error(StatusCodes.Status403Forbidden, "role", "Only an operator may do this."));
        else
            await PageHttp.WriteAsync(context, await ActAsync(context, action, session));
    }

    private async Task<PageReply> ActAsync(HttpContext context, IPageAction action, Session session)
    {
        if (options.Audit is not { } audit)
            return PageReply.Error(StatusCodes.Status503ServiceUnavailable, "no-audit", "There is no audit to write this to, so it was not done.");
        try
        {
            using var body = await ReadAsync(context);
            var request = RequestOf(context, body?.RootElement ?? default);
            var entry = new AuditEntry(
                Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                clock.GetUtcNow(),
                session.Viewer.Name,
                context.Connection.RemoteIpAddress?.ToString() ?? "",
                action.What,
                action.Which(request),
                AuditOutcome.Requested);
            return await ActAsync(action, request, entry, audit, context.RequestAborted);
        }
        catch (PageRequestException e)
        {
            return PageReply.Error(StatusCodes.Status400BadRequest, "bad-request", e.Message);
        }
        catch (KafkaException)
        {
            return NoBroker;
        }
        catch (PageAuditException e)
        {
            PageLog.NotAudited(logger, session.Viewer.Name, action.What, e);
            return PageReply.Error(
                StatusCodes.Status503ServiceUnavailable, "no-audit", "The audit could not be written, so it is not acknowledged. Look before trying again.");
        }
    }

    /// <summary>Once it has begun, it is done to its end, and its outcome is written, whether the browser waits or not.</summary>
    private async Task<PageReply> ActAsync(IPageAction action, PageRequest request, AuditEntry entry, IPageAudit audit, CancellationToken aborted)
    {
        await audit.WriteAsync(entry, aborted);
        var outcome = AuditOutcome.Failed;
        try
        {
            var reply = await action.DoAsync(request, CancellationToken.None);
            outcome = reply.Status switch
            {
                < 400 => AuditOutcome.Done,
                < 500 => AuditOutcome.Refused,
                _ => AuditOutcome.Failed,
            };
            return reply;
        }
        catch (PageRequestException)
        {
            outcome = AuditOutcome.Refused;
            throw;
        }
        finally
        {
            PageLog.Acted(logger, entry.Who, entry.What, entry.Which, outcome);
            await audit.WriteAsync(entry with { At = clock.GetUtcNow(), Outcome = outcome }, CancellationToken.None);
        }
    }

    private static bool HasToken(HttpContext context, Session session) =>
        LoginEndpoints.Matches(session.Csrf, context.Request.Headers[TokenHeader].ToString());

    private static Session SessionOf(HttpContext context) => (Session)context.Items[typeof(Session)]!;

    private static async Task<JsonDocument?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0)
            return null;
        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        }
        catch (JsonException)
        {
            throw new PageRequestException("The body is no JSON.");
        }
    }

    private static PageRequest RequestOf(HttpContext context, JsonElement body)
    {
        var parameters = context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
        foreach (var (name, value) in context.Request.RouteValues)
            parameters[name] = (string)value!;
        return new PageRequest(SessionOf(context).Viewer, parameters, body);
    }
}
