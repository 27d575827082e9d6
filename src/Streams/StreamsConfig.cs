namespace MedStreams.Streams;

/// <summary>What a crash may cost.</summary>
public enum ProcessingGuarantee
{
    /// <summary>No record is lost; after a crash some may be processed again.</summary>
    AtLeastOnce,

    /// <summary>State, results and positions move together in Kafka transactions, one for each commit of a thread.</summary>
    ExactlyOnceV2,
}

/// <summary>
/// Settings of an application, under Kafka Streams' names. Immutable; checked once, when the instance is made.
/// </summary>
public sealed record StreamsConfig
{
    /// <summary><c>application.id</c>: the group's name, and the prefix of internal topics. Letters, digits, dot, underscore, hyphen.</summary>
    public required string ApplicationId { get; init; }

    /// <summary><c>bootstrap.servers</c>: host:port, several with commas between.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary><c>processing.guarantee</c>; default at least once.</summary>
    public ProcessingGuarantee ProcessingGuarantee { get; init; } = ProcessingGuarantee.AtLeastOnce;

    /// <summary><c>num.stream.threads</c>: 1 and more; default 1.</summary>
    public int NumStreamThreads { get; init; } = 1;

    /// <summary>
    /// <c>state.dir</c>: where stores live, in a folder named after the application; default <c>medstreams-state</c> in the
    /// system's folder for temporary files. One process at a time.
    /// </summary>
    public string StateDir { get; init; } = Path.Combine(Path.GetTempPath(), "medstreams-state");

    /// <summary>
    /// Names this instance in its group, so that it gets its tasks back after a restart; default: <see cref="GroupInstanceId"/>, since
    /// the group knows a static member by its first name even where its disk is lost, else a random name kept in the state folder.
    /// </summary>
    public string? InstanceId { get; init; }

    /// <summary>
    /// <c>group.instance.id</c>: makes the threads static members of the group (KIP-345), so that a restart within the session
    /// time-out moves no task; the threads append their number. Default null: closing leaves the group at once.
    /// </summary>
    public string? GroupInstanceId { get; init; }

    /// <summary>
    /// <c>application.server</c>: the host:port at which this instance answers queries, as the other instances reach it; empty, the default, where it
    /// answers none. The engine only tells it; <c>MedStreams.Monitoring</c> has a server. With <see cref="GroupInstanceId"/> it must stay the same from start to
    /// start.
    /// </summary>
    public string ApplicationServer { get; init; } = string.Empty;

    /// <summary><c>commit.interval.ms</c>; default 30 s, or 100 ms with exactly once.</summary>
    public TimeSpan? CommitInterval { get; init; }

    /// <summary><c>statestore.cache.max.bytes</c>, of the instance, shared by its threads; default 10 MiB.</summary>
    public long StateStoreCacheMaxBytes { get; init; } = 10 << 20;

    /// <summary>How RocksDB keeps the stores of this instance (instead of <c>rocksdb.config.setter</c>).</summary>
    public RocksDbSettings RocksDb { get; init; } = new();

    /// <summary>Bytes of uncommitted state of a thread from which on it commits early; default 64 MiB.</summary>
    public long StateStoreUncommittedMaxBytes { get; init; } = 64 << 20;

    /// <summary><c>buffered.records.per.partition</c>; default 1,000.</summary>
    public int BufferedRecordsPerPartition { get; init; } = 1000;

    /// <summary>
    /// <c>windowstore.changelog.additional.retention.ms</c>: how much longer than its store the changelog of windows or sessions keeps
    /// records, since clocks differ; default 1 day.
    /// </summary>
    public TimeSpan WindowStoreChangelogAdditionalRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// <c>max.task.idle.ms</c>: of a task that reads several partitions, of which some have no records now, how long it waits for them, so that
    /// records are processed in the order of their times (KIP-695). 0, the default: until what the broker has is here; more: so long beyond that, for
    /// producers that are late; <see cref="Timeout.InfiniteTimeSpan"/> (-1 ms): never waits.
    /// </summary>
    public TimeSpan MaxTaskIdle { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// <c>auto.offset.reset</c>: where to begin in topics whose <see cref="Consumed{TKey,TValue}.OffsetReset"/> does not say; default at the first record.
    /// </summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Earliest;

    /// <summary><c>poll.ms</c>: the longest wait for records; default 100 ms.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary><c>task.timeout.ms</c>: how long a task may fail to progress because of time-outs; default 5 minutes.</summary>
    public TimeSpan TaskTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>session.timeout.ms</c> of the group's members; default 45 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary><c>num.standby.replicas</c>: how many other instances follow the changelogs of each task with state; default 0.</summary>
    public int NumStandbyReplicas { get; init; }

    /// <summary>
    /// <c>max.warmup.replicas</c>: how many tasks of the application may be copied at a time to instances that they are to move to;
    /// 1 and more, default 2.
    /// </summary>
    public int MaxWarmupReplicas { get; init; } = 2;

    /// <summary>
    /// <c>acceptable.recovery.lag</c>: a task moves to an instance once that is at most so many changelog records behind; default 10,000.
    /// </summary>
    public long AcceptableRecoveryLag { get; init; } = 10_000;

    /// <summary>
    /// <c>probing.rebalance.interval.ms</c>: how often the group looks, at the latest, whether waiting tasks can move; an instance that is
    /// ready for them says so itself. Default 10 minutes.
    /// </summary>
    public TimeSpan ProbingRebalanceInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>client.tag.*</c>: where this instance stands, such as its zone.</summary>
    public IReadOnlyDictionary<string, string> ClientTags { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// <c>rack.aware.assignment.tags</c>: names of tags in which the copies of a task shall differ, as far as there are enough instances.
    /// Default none: copies are on other hosts if possible.
    /// </summary>
    public IReadOnlyList<string> RackAwareAssignmentTags { get; init; } = [];

    /// <summary>
    /// <c>state.cleanup.delay.ms</c>: state that no task of this instance has used for so long is deleted from its disk; default 10 minutes.
    /// </summary>
    public TimeSpan StateCleanupDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>replication.factor</c> of internal topics; default -1, the broker's own.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>
    /// <c>errors.dead.letter.queue.topic.name</c>: where handlers send what they refuse; null: nowhere, so that a handler
    /// that answers <see cref="ErrorVerdict.DeadLetter"/> is a mistake.
    /// </summary>
    public string? DeadLetterTopic { get; init; }

    /// <summary>What to do with bytes that a serde refuses; default fail.</summary>
    public ErrorHandler OnDeserializationError { get; init; } = static _ => ErrorVerdict.Fail;

    /// <summary>What to do when a processor throws; default fail.</summary>
    public ErrorHandler OnProcessingError { get; init; } = static _ => ErrorVerdict.Fail;

    /// <summary>What to do with a record that the broker refuses; default fail.</summary>
    public ErrorHandler OnProductionError { get; init; } = static _ => ErrorVerdict.Fail;

    /// <summary>Settings of librdkafka for the main consumer (prefix <c>main.consumer.</c>).</summary>
    public IReadOnlyDictionary<string, string> MainConsumer { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings of librdkafka for the restore consumer (prefix <c>restore.consumer.</c>).</summary>
    public IReadOnlyDictionary<string, string> RestoreConsumer { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Settings of librdkafka for the consumer of global stores (prefix <c>global.consumer.</c>), over those of the main consumer.
    /// </summary>
    public IReadOnlyDictionary<string, string> GlobalConsumer { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings of librdkafka for producers (prefix <c>producer.</c>).</summary>
    public IReadOnlyDictionary<string, string> Producer { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings of librdkafka for the admin client (prefix <c>admin.</c>).</summary>
    public IReadOnlyDictionary<string, string> Admin { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings of internal topics (prefix <c>topic.</c>).</summary>
    public IReadOnlyDictionary<string, string> Topic { get; init; } = new Dictionary<string, string>();

    /// <summary><c>metrics.recording.level</c>; default INFO.</summary>
    public MetricsRecordingLevel MetricsRecordingLevel { get; init; } = MetricsRecordingLevel.Info;

    /// <summary>The clock; default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal bool ExactlyOnce => ProcessingGuarantee == ProcessingGuarantee.ExactlyOnceV2;

    internal TimeSpan EffectiveCommitInterval =>
        CommitInterval ?? (ExactlyOnce ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(30));

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">Names the setting and what is allowed.</exception>
    internal void Validate()
    {
        if (ApplicationId.Length is 0 or > 200 || !ApplicationId.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            throw Wrong("application.id", "1 to 200 letters, digits, dots, underscores or hyphens");
        if (string.IsNullOrWhiteSpace(BootstrapServers))
            throw Wrong("bootstrap.servers", "host:port, several with commas between");
        if (NumStreamThreads < 1)
            throw Wrong("num.stream.threads", "1 and more");
        if (BufferedRecordsPerPartition < 1)
            throw Wrong("buffered.records.per.partition", "1 and more");
        if (CommitInterval is { } interval && interval < TimeSpan.Zero)
            throw Wrong("commit.interval.ms", "0 and more");
        if (ApplicationServer.Length > 0 && !HostInfo.TryParse(ApplicationServer, out _))
            throw Wrong("application.server", "host:port, or empty");
        if (StateStoreCacheMaxBytes < 0)
            throw Wrong("statestore.cache.max.bytes", "0 (no cache) and more");
        if (NumStandbyReplicas < 0)
            throw Wrong("num.standby.replicas", "0 and more");
        if (MaxWarmupReplicas < 1)
            throw Wrong("max.warmup.replicas", "1 and more");
        if (AcceptableRecoveryLag < 0)
            throw Wrong("acceptable.recovery.lag", "0 and more");
        if (ProbingRebalanceInterval < TimeSpan.FromSeconds(1))
            throw Wrong("probing.rebalance.interval.ms", "1000 and more");
        if (StateCleanupDelay < TimeSpan.Zero)
            throw Wrong("state.cleanup.delay.ms", "0 and more");
        if (RackAwareAssignmentTags.Except(ClientTags.Keys, StringComparer.Ordinal).FirstOrDefault() is { } missing)
            throw Wrong("rack.aware.assignment.tags", $"among the tags that client.tag.* sets, and {missing} is not");
        if (MaxTaskIdle < TimeSpan.Zero && MaxTaskIdle != Timeout.InfiniteTimeSpan)
            throw Wrong("max.task.idle.ms", "-1 and more");
        if (MainConsumer.ContainsKey("auto.offset.reset"))
            throw Wrong("main.consumer.auto.offset.reset", "left out: the engine begins where auto.offset.reset of the application says");
        if (WindowStoreChangelogAdditionalRetention < TimeSpan.Zero)
            throw Wrong("windowstore.changelog.additional.retention.ms", "0 and more");
        RocksDb.Validate();
        if (Poll < TimeSpan.FromMilliseconds(1))
            throw Wrong("poll.ms", "1 and more");
    }

    private static ArgumentException Wrong(string name, string allowed) => new($"{name} must be {allowed}.", name);
}
