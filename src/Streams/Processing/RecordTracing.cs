using System.Diagnostics;
using System.Globalization;
using System.Text;
using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.Processing;

/// <summary>
/// Spans of records, after OpenTelemetry's conventions for messaging, and the trace context that records carry in their headers (W3C <c>traceparent</c>,
/// <c>tracestate</c>). No span holds a key or a value. Where nobody listens nothing is done: headers go on as they came. Safe for use by several threads.
/// </summary>
internal static class RecordTracing
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";
    private static readonly ActivitySource Source = new(KafkaStreams.ActivitySourceName, StreamsMeter.Version);

    /// <summary>Whether anybody listens; asked before each record, so it costs a comparison.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>A record is processed; null where this one is not traced.</summary>
    public static Activity? StartProcessing(TaskContext task, RecordMetadata metadata, Headers headers)
    {
        var activity = Source.StartActivity($"process {metadata.Topic}", ActivityKind.Consumer, ContextIn(headers));
        return activity is null
            ? null
            : Describe(activity, "process", "process", metadata.Topic, metadata.Partition)
                .SetTag("messaging.kafka.offset", metadata.Offset)
                .SetTag("messaging.consumer.group.name", task.ApplicationId)
                .SetTag("medstreams.task.id", task.TaskId.ToString());
    }

    /// <summary>A record is sent; null where this one is not traced. Its parent is what is processed, or else what the record came from.</summary>
    /// <param name="topic">Where to.</param>
    /// <param name="partition">Null where the client chooses.</param>
    /// <param name="headers">The record's; the context of the span replaces the one in them.</param>
    public static Activity? StartSending(string topic, int? partition, ref Headers headers)
    {
        var parent = Activity.Current?.Context ?? ContextIn(headers);
        var activity = Source.StartActivity($"send {topic}", ActivityKind.Producer, parent);
        if (activity is null)
            return null;
        headers = headers.Without(TraceParent).Without(TraceState).With(TraceParent, Encoding.ASCII.GetBytes(activity.Id!));
        if (activity.TraceStateString is { Length: > 0 } state)
            headers = headers.With(TraceState, Encoding.ASCII.GetBytes(state));
        return Describe(activity, "send", "send", topic, partition);
    }

    /// <summary>Records were fetched.</summary>
    /// <param name="since">When the poll began.</param>
    /// <param name="count">How many came, at least one.</param>
    /// <param name="group">The group.</param>
    /// <param name="client">The thread's client id.</param>
    public static void Polled(DateTimeOffset since, int count, string group, string client)
    {
        using var activity = Source.StartActivity(ActivityKind.Client, startTime: since, name: "poll");
        activity?.SetTag("messaging.system", "kafka").SetTag("messaging.operation.name", "poll").SetTag("messaging.operation.type", "receive")
            .SetTag("messaging.batch.message_count", count).SetTag("messaging.consumer.group.name", group).SetTag("messaging.client.id", client);
    }

    /// <summary>What a target outside Kafka was given is committed there; null where nobody listens.</summary>
    public static Activity? StartCommit(string sink, TaskContext task, long nextOffset) =>
        Source.StartActivity($"commit {sink}", ActivityKind.Client)?
            .SetTag("medstreams.sink.name", sink).SetTag("medstreams.task.id", task.TaskId.ToString()).SetTag("medstreams.sink.next_offset", nextOffset);

    /// <summary>Something failed: the kind of failure is told, not its text, which may be about a record.</summary>
    public static void Fail(Activity activity, Exception e) =>
        activity.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e.GetType().FullName);

    private static Activity Describe(Activity activity, string name, string type, string topic, int? partition)
    {
        activity.SetTag("messaging.system", "kafka").SetTag("messaging.operation.name", name).SetTag("messaging.operation.type", type)
            .SetTag("messaging.destination.name", topic);
        if (partition is { } known)
            activity.SetTag("messaging.destination.partition.id", known.ToString(CultureInfo.InvariantCulture));
        return activity;
    }

    /// <summary>The context that headers carry; the default one where there is none, or it cannot be read.</summary>
    private static ActivityContext ContextIn(Headers headers)
    {
        if (headers.Count == 0 || headers.Last(TraceParent) is not { Value: { Length: > 0 and <= 512 } parent })
            return default;
        var state = headers.Last(TraceState) is { Value: { Length: <= 512 } known } ? Encoding.ASCII.GetString(known.Span) : null;
        return ActivityContext.TryParse(Encoding.ASCII.GetString(parent.Span), state, isRemote: true, out var context) ? context : default;
    }
}
