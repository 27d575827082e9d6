using System.Diagnostics;
using System.Diagnostics.Metrics;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Metrics;

/// <summary>
/// The instruments of one broker, on the meter <c>MedStreams.Broker</c>; docs/broker.md lists them. What nobody listens to costs
/// next to nothing. Never holds what clients sent, save the names of topics. Safe for concurrent use.
/// </summary>
internal sealed class BrokerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "MedStreams.Broker";

    private const string Prefix = "medstreams.broker.";

    private static readonly ActivitySource Spans = new(MeterName);

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _authentications;
    private readonly Counter<long> _denials;
    private readonly Histogram<double> _flushDuration;
    private readonly Counter<long> _flushFailures;
    private readonly Counter<long> _cleanerRuns;
    private readonly Counter<long> _cleanerBytes;
    private readonly Histogram<double> _cleanerDuration;

    /// <summary>Instruments for a broker.</summary>
    public BrokerMetrics()
    {
        _meter = new Meter(MeterName);
        _requests = _meter.CreateCounter<long>(Prefix + "requests", "{request}", "Requests that were answered, by API and error");
        _requestDuration = _meter.CreateHistogram<double>(Prefix + "request.duration", "s", "Time from a request's arrival until its answer is ready, by API");
        _bytes = _meter.CreateCounter<long>(Prefix + "network.io", "By", "Bytes of requests and responses, by direction and listener");
        _accepted = _meter.CreateCounter<long>(Prefix + "connections.accepted", "{connection}", "Connections that were accepted, by listener");
        _closed = _meter.CreateCounter<long>(Prefix + "connections.refused", "{connection}", "Connections that the broker closed, by listener and reason");
        _authentications = _meter.CreateCounter<long>(Prefix + "authentications", "{authentication}", "Authentications, by listener, mechanism and result");
        _denials = _meter.CreateCounter<long>(Prefix + "authorization.denials", "{denial}", "What was asked for and is not allowed, by operation and type of resource");
        _flushDuration = _meter.CreateHistogram<double>(Prefix + "flush.duration", "s", "Time of one sync of the log files");
        _flushFailures = _meter.CreateCounter<long>(Prefix + "flush.failures", "{flush}", "Syncs that failed");
        _cleanerRuns = _meter.CreateCounter<long>(Prefix + "cleaner.runs", "{run}", "Passes of compaction over one partition, by result");
        _cleanerBytes = _meter.CreateCounter<long>(Prefix + "cleaner.io", "By", "Bytes that compaction read and wrote, by direction");
        _cleanerDuration = _meter.CreateHistogram<double>(Prefix + "cleaner.duration", "s", "Time of one pass of compaction");
    }

    /// <summary>The meter: each broker has its own.</summary>
    public Meter Meter => _meter;

    /// <summary>Adds what is asked for when somebody looks.</summary>
    public void Observe(BrokerGauges gauges)
    {
        _meter.CreateObservableUpDownCounter(Prefix + "connections", gauges.Connections, "{connection}", "Connections that are open, by listener");
        _meter.CreateObservableUpDownCounter(Prefix + "requests.waiting", gauges.Waiting, "{request}", "Requests that wait for data, members or the disk, by API");
        _meter.CreateObservableGauge(Prefix + "request.memory", () => gauges.RequestMemory, "By", "Memory of requests that are being received or answered");
        _meter.CreateObservableGauge(Prefix + "topics", () => gauges.Topics, "{topic}", "Topics");
        _meter.CreateObservableGauge(Prefix + "partitions", () => gauges.Partitions, "{partition}", "Partitions");
        _meter.CreateObservableGauge(Prefix + "log.size", gauges.Sizes, "By", "Bytes of the segments, by topic and partition");
        _meter.CreateObservableGauge(Prefix + "log.start_offset", gauges.Starts, "{offset}", "The first offset, by topic and partition");
        _meter.CreateObservableGauge(Prefix + "log.end_offset", gauges.Ends, "{offset}", "The high watermark, by topic and partition");
        _meter.CreateObservableGauge(
            Prefix + "cleaner.dirty_ratio", gauges.DirtyRatios, "1", "The part of the closed segments that no pass has looked at, by compacted topic and partition");
        _meter.CreateObservableGauge(
            Prefix + "cleaner.uncompactable", () => gauges.Uncompactable, "{partition}", "Partitions that cannot be compacted and are left as they are");
        _meter.CreateObservableGauge(Prefix + "groups", gauges.Groups, "{group}", "Groups, by state");
        _meter.CreateObservableGauge(Prefix + "transactions", gauges.Transactions, "{transaction}", "Transactional ids, by state");
    }

    /// <summary>A request was answered.</summary>
    /// <param name="api">The API's name.</param>
    /// <param name="error">The first error in the answer.</param>
    /// <param name="duration">The time until the answer was ready.</param>
    public void Answered(string api, ErrorCode error, TimeSpan duration)
    {
        _requests.Add(1, new("api", api), new("error", error.KafkaName()));
        _requestDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("api", api));
        if (Spans.HasListeners())
            Trace(api, error, duration);
    }

    /// <summary>A span of a request that was answered. It holds nothing of what was asked.</summary>
    private static void Trace(string api, ErrorCode error, TimeSpan duration)
    {
        using var activity = Spans.StartActivity(ActivityKind.Server, startTime: TimeProvider.System.GetUtcNow() - duration, name: api);
        activity?.SetTag("rpc.system", "kafka").SetTag("rpc.method", api);
        if (error != ErrorCode.None)
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.KafkaName());
    }

    /// <summary>Bytes came in.</summary>
    public void Received(string listener, long bytes) => _bytes.Add(bytes, new("direction", "receive"), new("listener", listener));

    /// <summary>Bytes went out.</summary>
    public void Sent(string listener, long bytes) => _bytes.Add(bytes, new("direction", "send"), new("listener", listener));

    /// <summary>A connection was accepted.</summary>
    public void Accepted(string listener) => _accepted.Add(1, new KeyValuePair<string, object?>("listener", listener));

    /// <summary>The broker closed a connection, or did not take it.</summary>
    public void Refused(string listener, string reason) => _closed.Add(1, new("listener", listener), new("reason", reason));

    /// <summary>A client authenticated, or did not succeed.</summary>
    public void Authenticated(string listener, string mechanism, bool success) => _authentications.Add(
        1, new("listener", listener), new("mechanism", mechanism), new("result", success ? "success" : "failure"));

    /// <summary>A client was denied something.</summary>
    public void Denied(AclOperation operation, AclResourceType type) =>
        _denials.Add(1, new("operation", operation.ToString()), new("resource", type.ToString()));

    /// <summary>Log files were synced.</summary>
    public void Flushed(TimeSpan duration, bool success)
    {
        _flushDuration.Record(duration.TotalSeconds);
        if (!success)
            _flushFailures.Add(1);
    }

    /// <summary>A pass of compaction over a partition ended well.</summary>
    public void Cleaned(in CompactionResult result, TimeSpan duration)
    {
        _cleanerRuns.Add(1, new KeyValuePair<string, object?>("result", "success"));
        _cleanerBytes.Add(result.BytesRead, new KeyValuePair<string, object?>("direction", "read"));
        _cleanerBytes.Add(result.BytesWritten, new KeyValuePair<string, object?>("direction", "write"));
        _cleanerDuration.Record(duration.TotalSeconds);
    }

    /// <summary>A pass of compaction over a partition failed.</summary>
    public void CleanerFailed() => _cleanerRuns.Add(1, new KeyValuePair<string, object?>("result", "failure"));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
