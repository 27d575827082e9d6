namespace MedStreams.Streams.Metrics;

/// <summary>The metrics of an instance as a whole.</summary>
internal sealed class ClientMetrics(
    string applicationId, string clientId, string processId, MetricsRecordingLevel level, Func<KafkaStreamsState> state, Func<int> threads)
    : IMetricSource
{
    private int _failedThreads;

    public static MetricFamily<ClientMetrics> Metrics { get; } = new(
        "stream-metrics",
        new("alive-stream-threads", "{thread}", "Stream threads that are running", static (s, _) => s.AliveThreads),
        new("failed-stream-threads", "{thread}", "Stream threads that ended by an error since the start", static (s, _) => s._failedThreads),
        new("client-state", "", "The state as Kafka Streams numbers it: 0 created, 1 rebalancing, 2 running, 3 pending shutdown, 4 not running, 5 pending error, 6 error", static (s, _) => s.StateNumber) { MoreTags = ["application-id", "process-id"] },
        new("recording-level", "", "0 INFO, 1 DEBUG", static (s, _) => (int)s.Level) { MoreTags = ["process-id"] },
        new("state", "", "The state's name", NoNumber) { ReadText = static s => s.StateName },
        new("application-id", "", "The application's id", NoNumber) { ReadText = static s => s.ApplicationId },
        new("version", "", "Version of the engine", NoNumber) { ReadText = static _ => StreamsMeter.Version.Split('+')[0] },
        new("commit-id", "", "The commit that the engine was built from", NoNumber)
        {
            ReadText = static _ => StreamsMeter.Version.Split('+') is [_, var commit, ..] ? commit : "unknown",
        });

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } = [new("client-id", clientId)];

    public IReadOnlyList<KeyValuePair<string, string>> MoreTags { get; } =
        [new("application-id", applicationId), new("process-id", processId)];

    private string ApplicationId => applicationId;

    private MetricsRecordingLevel Level => level;

    private int AliveThreads => threads();

    private string StateName => state() switch
    {
        KafkaStreamsState.Created => "CREATED",
        KafkaStreamsState.Rebalancing => "REBALANCING",
        KafkaStreamsState.Running => "RUNNING",
        KafkaStreamsState.PendingShutdown => "PENDING_SHUTDOWN",
        KafkaStreamsState.NotRunning => "NOT_RUNNING",
        KafkaStreamsState.PendingError => "PENDING_ERROR",
        _ => "ERROR",
    };

    private int StateNumber => state() switch
    {
        KafkaStreamsState.Created => 0,
        KafkaStreamsState.Rebalancing => 1,
        KafkaStreamsState.Running => 2,
        KafkaStreamsState.PendingShutdown => 3,
        KafkaStreamsState.NotRunning => 4,
        KafkaStreamsState.PendingError => 5,
        _ => 6,
    };

    public void ThreadFailed() => Interlocked.Increment(ref _failedThreads);

    public void Roll(long now)
    {
        // No samples: what is told is told as it is.
    }

    private static double? NoNumber(ClientMetrics source, long now) => null;
}
