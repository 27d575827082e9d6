using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Answers as Burrow does, so that checks made for it keep working: <c>/v3/kafka/...</c> and <c>/burrow/admin</c>, with its messages, its statuses and its
/// error for addresses that do not exist. Not answered are its configuration (<c>/v3/config</c>) but for clusters, and its log level.
/// </summary>
internal sealed class BurrowEndpoints(IReadOnlyList<ClusterWatch> watches)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly byte[] NotAnAddress = "{\"error\":true,\"message\":\"invalid request type\",\"result\":{}}\n"u8.ToArray();
    private static readonly string Host = Environment.MachineName;
    private readonly Dictionary<string, ClusterWatch> _watches = watches.ToDictionary(w => w.Cluster.Name, StringComparer.Ordinal);

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Group = "/v3/kafka/{cluster}/consumer/{group}";
        routes.MapGet("/burrow/admin", context => WriteTextAsync(context, 200, "GOOD"u8.ToArray()));
        routes.MapGet("/burrow/admin/ready", context => watches.All(w => w.HasCaughtUp)
            ? WriteTextAsync(context, 200, "READY"u8.ToArray())
            : WriteTextAsync(context, 503, "STARTING"u8.ToArray()));
        routes.MapGet("/v3/kafka", context => WriteAsync(
            context, "cluster list returned", json => WriteNames(json, "clusters", _watches.Keys.Order(StringComparer.Ordinal))));
        routes.MapGet("/v3/kafka/{cluster}", ClusterAsync);
        routes.MapGet("/v3/config/cluster/{cluster}", ClusterAsync);
        routes.MapGet("/v3/kafka/{cluster}/topic", context => InClusterAsync(
            context, "topic list returned", (watch, json) => WriteNames(json, "topics", watch.Book.Topics)));
        routes.MapGet("/v3/kafka/{cluster}/topic/{topic}", TopicAsync);
        routes.MapGet("/v3/kafka/{cluster}/topic/{topic}/consumers", context => InClusterAsync(
            context, "consumers of topic returned", (watch, json) => WriteNames(json, "consumers", watch.Book.GroupsOf(Value(context, "topic")))));
        routes.MapGet("/v3/kafka/{cluster}/consumer", context => InClusterAsync(
            context, "consumer list returned", (watch, json) => WriteNames(json, "consumers", watch.Book.Groups)));
        routes.MapGet(Group, GroupAsync);
        routes.MapGet(Group + "/status", context => StatusAsync(context, isComplete: false));
        routes.MapGet(Group + "/lag", context => StatusAsync(context, isComplete: true));
        routes.MapDelete(Group, context => ForgetAsync(context, watch => watch.Book.DeleteGroup(Value(context, "group"))));
        routes.MapDelete(
            Group + "/topic/{topic}", context => ForgetAsync(context, watch => watch.Book.DeleteGroup(Value(context, "group"), Value(context, "topic"))));
    }

    /// <summary>What is no address, or not for that method: stands between routing and endpoints.</summary>
    public static async Task AnswerOthersAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is null)
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            await WriteTextAsync(context, StatusCodes.Status404NotFound, NotAnAddress);
            return;
        }

        await next(context);
        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed })
            await WriteTextAsync(context, StatusCodes.Status405MethodNotAllowed, "Method Not Allowed\n"u8.ToArray());
    }

    private Task ClusterAsync(HttpContext context)
    {
        if (Find(context) is not { Cluster: var cluster })
            return WriteErrorAsync(context, "cluster module not found");
        return WriteAsync(context, "cluster module detail returned", json =>
        {
            json.WriteStartObject("module");
            json.WriteString("class-name", "kafka");
            WriteNames(json, "servers", cluster.Servers);
            json.WriteStartObject("client-profile");
            json.WriteString("name", cluster.Name);
            json.WriteString("client-id", "medstreams-cli");
            json.WriteString("kafka-version", "");
            json.WriteNull("tls");
            json.WriteNull("sasl");
            json.WriteEndObject();
            json.WriteNumber("topic-refresh", (long)cluster.TopicRefresh.TotalSeconds);
            json.WriteNumber("offset-refresh", (long)cluster.OffsetRefresh.TotalSeconds);
            json.WriteEndObject();
        });
    }

    private Task TopicAsync(HttpContext context)
    {
        if (Find(context)?.Book.Ends(Value(context, "topic")) is not { } ends)
            return WriteErrorAsync(context, "cluster or topic not found");
        return WriteAsync(context, "topic offsets returned", json =>
        {
            json.WriteStartArray("offsets");
            foreach (var end in ends)
            {
                if (end is { } known)
                    json.WriteNumberValue(known);
                else
                    json.WriteNullValue();
            }

            json.WriteEndArray();
        });
    }

    private Task GroupAsync(HttpContext context) =>
        Find(context)?.Windows(Value(context, "group")) is { } topics
            ? WriteAsync(context, "consumer detail returned", json => BurrowJson.WriteTopics(json, topics))
            : WriteErrorAsync(context, "cluster or consumer not found");

    private Task StatusAsync(HttpContext context, bool isComplete)
    {
        var (cluster, group) = (Value(context, "cluster"), Value(context, "group"));
        var lag = Find(context)?.Evaluate(group) ?? GroupLag.NotFound;
        var status = lag.Status == GroupStatus.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return WriteAsync(context, "consumer status returned", json => BurrowJson.WriteStatus(json, cluster, group, lag, isComplete), status);
    }

    private Task ForgetAsync(HttpContext context, Action<ClusterWatch> forget)
    {
        if (Find(context) is { } watch)
            forget(watch);
        return WriteAsync(context, "consumer group removed", static _ => { });
    }

    private Task InClusterAsync(HttpContext context, string message, Action<ClusterWatch, Utf8JsonWriter> write) =>
        Find(context) is { } watch ? WriteAsync(context, message, json => write(watch, json)) : WriteErrorAsync(context, "cluster not found");

    private ClusterWatch? Find(HttpContext context) => _watches.GetValueOrDefault(Value(context, "cluster"));

    private static string Value(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    private static void WriteNames(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static Task WriteErrorAsync(HttpContext context, string message) =>
        WriteAsync(context, message, static _ => { }, StatusCodes.Status404NotFound, isError: true);

    private static async Task WriteAsync(
        HttpContext context, string message, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK, bool isError = false)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Json);
        json.WriteStartObject();
        json.WriteBoolean("error", isError);
        json.WriteString("message", message);
        write(json);
        json.WriteStartObject("request");
        json.WriteString("url", context.Request.Path.Value);
        json.WriteString("host", Host);
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    private static Task WriteTextAsync(HttpContext context, int status, byte[] text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.Body.WriteAsync(text, context.RequestAborted).AsTask();
    }
}
