using System.Net;
using MedStreams.Monitoring;
using MedStreams.RocksDb;
using MedStreams.Streams;

namespace MedStreams.Cli.Configuration;

/// <summary>How the engine runs a topology; the meanings are those of <see cref="StreamsConfig"/>.</summary>
internal static class StreamsSettings
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    public static Setting<string> ApplicationId { get; } =
        new("Streams:ApplicationId", "The group's name and the prefix of internal topics; not set: medstreams- and the topology's name",
            new Rule<string>("1 to 200 letters, digits, dots, underscores or hyphens", (string text, out string value) =>
            {
                value = text;
                return text.Length is > 0 and <= 200 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
            }),
            null);

    public static Setting<ProcessingGuarantee> Guarantee { get; } =
        new("Streams:ProcessingGuarantee", "What a crash may cost",
            Rules.OneOf(("exactly_once_v2", ProcessingGuarantee.ExactlyOnceV2), ("at_least_once", ProcessingGuarantee.AtLeastOnce)),
            "exactly_once_v2");

    public static Setting<int> Threads { get; } =
        new("Streams:NumStreamThreads", "Stream threads of this process", Rules.Integer(1, 1000), "1");

    public static Setting<string> StateDirectory { get; } =
        new("Streams:StateDir", "The folder of the state stores, one process at a time", Rules.Text, ".medstreams-state");

    public static Setting<string> InstanceId { get; } =
        new("Streams:InstanceId", "This process's name in its group; not set: a random one kept in the state folder", Rules.Text, null);

    public static Setting<string> GroupInstanceId { get; } =
        new("Streams:GroupInstanceId", "Makes this process a static member of its group (KIP-345)", Rules.Text, null);

    public static Setting<TimeSpan> CommitInterval { get; } =
        new("Streams:CommitInterval", "Between commits; not set: 100 ms with exactly once, else 30 s", Rules.Duration(TimeSpan.Zero), null);

    public static Setting<long> CacheMaxBytes { get; } =
        new("Streams:StateStoreCacheMaxBytes", "Cache of all stores of this process", Rules.Bytes(0), "10485760");

    public static Setting<long> UncommittedMaxBytes { get; } =
        new("Streams:StateStoreUncommittedMaxBytes", "Uncommitted state of a thread from which on it commits early", Rules.Bytes(1), "67108864");

    public static Setting<long> BlockCacheBytes { get; } =
        new("Streams:RocksDbBlockCacheBytes", "RocksDB's cache of blocks, for all stores of this process", Rules.Bytes(1 << 20), "67108864");

    public static Setting<long> WriteBufferBytes { get; } =
        new("Streams:RocksDbWriteBufferBytes", "RocksDB's memory tables, for all stores of this process", Rules.Bytes(1 << 20), "134217728");

    public static Setting<RocksDbCompression> Compression { get; } =
        new("Streams:RocksDbCompression", "How stores are compressed on disk",
            Rules.OneOf(("none", RocksDbCompression.None), ("snappy", RocksDbCompression.Snappy), ("lz4", RocksDbCompression.Lz4), ("zstd", RocksDbCompression.Zstd)), "lz4");

    public static Setting<int> BufferedRecords { get; } =
        new("Streams:BufferedRecordsPerPartition", "Of an input that waits for another one no more is read while 20 times so many records are here", Rules.Integer(1), "1000");

    public static Setting<TimeSpan> WindowRetention { get; } =
        new("Streams:WindowStoreChangelogAdditionalRetention", "How much longer than its store the changelog of windows keeps records", Rules.Duration(TimeSpan.Zero), "1 d");

    public static Setting<AutoOffsetReset> OffsetReset { get; } =
        new("Streams:AutoOffsetReset", "Where to begin in input topics without a committed offset",
            new Rule<AutoOffsetReset>("earliest, latest, none or by_duration: and an ISO 8601 duration, as in by_duration:PT1H", (string text, out AutoOffsetReset value) =>
                (value = AutoOffsetReset.TryParse(text)!) is not null),
            "earliest");

    public static Setting<TimeSpan> SessionTimeout { get; } =
        new("Streams:SessionTimeout", "After so long without a sign of life a member's tasks go to others", Rules.Duration(Millisecond), "45 s");

    public static Setting<TimeSpan> TaskTimeout { get; } =
        new("Streams:TaskTimeout", "How long a task may fail to progress because of time-outs", Rules.Duration(Millisecond), "5 min");

    public static Setting<TimeSpan> MaxTaskIdle { get; } =
        new("Streams:MaxTaskIdle", "How long a task that reads several partitions waits for late producers, so that records keep the order of their times", Rules.Duration(TimeSpan.Zero), "0 ms");

    public static Setting<int> StandbyReplicas { get; } =
        new("Streams:NumStandbyReplicas", "How many other processes follow the changelogs of each task with state", Rules.Integer(0, 100), "0");

    public static Setting<int> WarmupReplicas { get; } =
        new("Streams:MaxWarmupReplicas", "How many tasks may be copied at a time to processes that they are to move to", Rules.Integer(1, 1000), "2");

    public static Setting<int> RecoveryLag { get; } =
        new("Streams:AcceptableRecoveryLag", "A task moves to a process that is at most so many changelog records behind", Rules.Integer(0), "10000");

    public static Setting<TimeSpan> ProbingInterval { get; } =
        new("Streams:ProbingRebalanceInterval", "How often, at the latest, the group looks whether waiting tasks can move", Rules.Duration(TimeSpan.FromSeconds(1)), "10 min");

    public static Setting<TimeSpan> CleanupDelay { get; } =
        new("Streams:StateCleanupDelay", "State on disk that no task has used for so long is deleted", Rules.Duration(TimeSpan.Zero), "10 min");

    public static Setting<string> RackTags { get; } =
        new("Streams:RackAwareAssignmentTags", "Names of client tags in which the copies of a task shall differ, with commas between; not set: none", Rules.Text, null);

    public static Setting<int> ReplicationFactor { get; } =
        new("Streams:ReplicationFactor", "Replicas of internal topics; -1: the broker's own default", Rules.Integer(-1, short.MaxValue), "-1");

    public static Setting<string> DeadLetterTopic { get; } =
        new("Streams:DeadLetterTopic", "Where refused records go; not set: the topology's own choice", Rules.Text, null);

    public static Setting<Endpoint> ApplicationServer { get; } =
        new("Streams:ApplicationServer", "Where this process answers queries, as the others reach it; not set: nowhere",
            new Rule<Endpoint>("HOST:PORT with a port of 1 to 65535", (string text, out Endpoint at) => Endpoint.TryParse(text, out at) && at.Port > 0), null);

    public static Setting<Endpoint> HttpListen { get; } =
        new("Streams:HttpListen", "Where this process listens over HTTP, for queries and questions after its health; not set: at ApplicationServer, if that is set", Rules.Endpoint, null);

    public static Setting<string> HttpToken { get; } =
        new("Streams:HttpToken", "The secret of those who may ask over HTTP, the same on all instances; needed beyond the loopback",
            new Rule<string>("a text of at least 16 characters", (string text, out string value) => (value = text).Length >= 16), null)
        {
            Secret = true,
        };

    public static Setting<MetricsRecordingLevel> MetricsLevel { get; } =
        new("Streams:MetricsRecordingLevel", "How much is measured; debug also times each operation of a store",
            Rules.OneOf(("info", MetricsRecordingLevel.Info), ("debug", MetricsRecordingLevel.Debug)), "info");

    public static Setting<TimeSpan> CloseTimeout { get; } =
        new("Streams:CloseTimeout", "How long a stop may take to commit and leave the group", Rules.Duration(Millisecond), "1 min");

    public static SettingGroup ClientTags { get; } =
        new("Streams:ClientTag", "Where this process stands, such as its zone; an underscore stands for a dot");

    public static SettingGroup MainConsumer { get; } = Of("MainConsumer", "the main consumer");

    public static SettingGroup RestoreConsumer { get; } = Of("RestoreConsumer", "the restore consumer");

    public static SettingGroup GlobalConsumer { get; } = Of("GlobalConsumer", "the consumer of global stores");

    public static SettingGroup Producer { get; } = Of("Producer", "producers");

    public static SettingGroup Admin { get; } = Of("Admin", "the admin client");

    public static SettingGroup Topic { get; } =
        new("Streams:Topic", "Any setting of internal topics; an underscore stands for a dot");

    /// <summary>All settings, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        ApplicationId, Guarantee, Threads, StateDirectory, InstanceId, GroupInstanceId, CommitInterval, CacheMaxBytes,
        UncommittedMaxBytes, BlockCacheBytes, WriteBufferBytes, Compression, BufferedRecords, WindowRetention, OffsetReset, SessionTimeout, TaskTimeout, MaxTaskIdle, StandbyReplicas, WarmupReplicas, RecoveryLag, ProbingInterval, CleanupDelay,
        RackTags, ReplicationFactor, DeadLetterTopic, ApplicationServer, HttpListen, HttpToken, MetricsLevel, CloseTimeout,
    ];

    /// <summary>All groups.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } =
        [ClientTags, MainConsumer, RestoreConsumer, GlobalConsumer, Producer, Admin, Topic];

    /// <summary>The engine's configuration for a topology.</summary>
    public static StreamsConfig ToConfig(EffectiveSettings settings, string topology, string workingDirectory, TimeProvider clock) => new()
    {
        ApplicationId = settings.Find(ApplicationId, out var id) ? id : "medstreams-" + topology,
        BootstrapServers = settings.Get(KafkaSettings.BootstrapServers),
        ProcessingGuarantee = settings.Get(Guarantee),
        NumStreamThreads = settings.Get(Threads),
        StateDir = Path.GetFullPath(settings.Get(StateDirectory), workingDirectory),
        InstanceId = settings.Find(InstanceId, out var instance) ? instance : null,
        GroupInstanceId = settings.Find(GroupInstanceId, out var groupInstance) ? groupInstance : null,
        CommitInterval = settings.Find(CommitInterval, out var interval) ? interval : null,
        StateStoreCacheMaxBytes = settings.Get(CacheMaxBytes),
        StateStoreUncommittedMaxBytes = settings.Get(UncommittedMaxBytes),
        RocksDb = new RocksDbSettings
        {
            BlockCacheBytes = settings.Get(BlockCacheBytes),
            WriteBufferBytes = settings.Get(WriteBufferBytes),
            Compression = settings.Get(Compression),
        },
        BufferedRecordsPerPartition = settings.Get(BufferedRecords),
        WindowStoreChangelogAdditionalRetention = settings.Get(WindowRetention),
        AutoOffsetReset = settings.Get(OffsetReset),
        SessionTimeout = settings.Get(SessionTimeout),
        TaskTimeout = settings.Get(TaskTimeout),
        MaxTaskIdle = settings.Get(MaxTaskIdle),
        NumStandbyReplicas = settings.Get(StandbyReplicas),
        MaxWarmupReplicas = settings.Get(WarmupReplicas),
        AcceptableRecoveryLag = settings.Get(RecoveryLag),
        ProbingRebalanceInterval = settings.Get(ProbingInterval),
        StateCleanupDelay = settings.Get(CleanupDelay),
        ClientTags = Dotted(settings, ClientTags).ToDictionary(StringComparer.Ordinal),
        RackAwareAssignmentTags = settings.Find(RackTags, out var tags) ? tags.Split(',', StringSplitOptions.TrimEntries) : [],
        ReplicationFactor = (short)settings.Get(ReplicationFactor),
        DeadLetterTopic = settings.Find(DeadLetterTopic, out var deadLetters) ? deadLetters : null,
        ApplicationServer = settings.Find(ApplicationServer, out var server) ? server.ToString() : "",
        MetricsRecordingLevel = settings.Get(MetricsLevel),
        MainConsumer = ClientSettings(settings, MainConsumer),
        RestoreConsumer = ClientSettings(settings, RestoreConsumer),
        GlobalConsumer = ClientSettings(settings, GlobalConsumer),
        Producer = ClientSettings(settings, Producer),
        Admin = ClientSettings(settings, Admin),
        Topic = Dotted(settings, Topic).ToDictionary(StringComparer.Ordinal),
        Clock = clock,
    };

    /// <summary>How this process answers over HTTP; null where it does not.</summary>
    /// <exception cref="CliException">The address cannot be listened at, or needs a token.</exception>
    public static InstanceServerOptions? ToHttpOptions(EffectiveSettings settings)
    {
        if (!settings.Find(HttpListen, out var listen) && !settings.Find(ApplicationServer, out listen))
            return null;
        var options = new InstanceServerOptions
        {
            Listen = new IPEndPoint(listen.Address(), listen.Port),
            Token = settings.Find(HttpToken, out var token) ? token : null,
        };
        return options.Token is null && !IPAddress.IsLoopback(options.Listen.Address)
            ? throw CliException.Usage(
                $"{SettingsCatalog.Section}:{HttpToken.Key} is not set: others could read the stores at {options.Listen}. Allowed is {HttpToken.Allowed}")
            : options;
    }

    private static SettingGroup Of(string client, string what) =>
        new($"Streams:{client}", $"Any setting of librdkafka for {what}; an underscore stands for a dot")
        {
            IsSecret = KafkaSettings.IsSecret,
        };

    /// <summary>What is set for every client, and over it what is set for this kind.</summary>
    private static Dictionary<string, string> ClientSettings(EffectiveSettings settings, SettingGroup group)
    {
        var merged = Dotted(settings, KafkaSettings.Client).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in Dotted(settings, group))
            merged[name] = value;
        return merged;
    }

    private static IEnumerable<KeyValuePair<string, string>> Dotted(EffectiveSettings settings, SettingGroup group) =>
        settings.Entries(group).Select(entry => KeyValuePair.Create(DottedName.Of(entry.Key), entry.Value));
}
