using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Reservations;
using MedStreams.Streams;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>How a synchronisation is set up; the meanings are those of <see cref="SynchronisationOptions"/>.</summary>
internal static class SynchronisationSettings
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public static Setting<string> CardTopic { get; } =
        new("Sync:CardTopic", "Where cards come from; should be compacted", Rules.TopicName, "sync.cards");

    public static Setting<string> StepTopic { get; } =
        new("Sync:StepTopic", "Where shards announce rounds and calls to themselves; must have Sync:Shards partitions", Rules.TopicName, "sync.steps");

    public static Setting<string> ResultTopic { get; } =
        new("Sync:ResultTopic", "Where results go, by card", Rules.TopicName, "sync.results");

    public static Setting<string> StatusTopic { get; } =
        new("Sync:StatusTopic", "Where the states of shards go; should be compacted", Rules.TopicName, "sync.status");

    public static Setting<string> ControlTopic { get; } =
        new("Sync:ControlTopic", "Where words such as a pause stand; compacted", Rules.TopicName, "sync.control");

    public static Setting<int> Shards { get; } =
        new("Sync:Shards", "Shards that the enterprises are cut into; cannot be changed while there is state", Rules.Integer(1, 1000), "12");

    public static Setting<TimeSpan> RoundInterval { get; } =
        new("Sync:RoundInterval", "Time between two rounds of a shard", Rules.Duration(Look), "10 s");

    public static Setting<TimeSpan> LookInterval { get; } =
        new("Sync:LookInterval", "How often a shard looks for words and tells its state; not more than RoundInterval", Rules.Duration(Look), "1 s");

    public static Setting<int> DaysAhead { get; } =
        new("Sync:DaysAhead", "How many days before its validity date a card may be synchronised", Rules.Integer(0, 36_500), "0");

    public static Setting<TimeZoneInfo> Zone { get; } =
        new("Sync:Zone", "The zone in which days begin", ReservationsSettings.Zone.Rule, "UTC");

    public static Setting<IReadOnlyList<string>> Sources { get; } =
        new("Sync:Sources", "The sources that new tasks wait for until each has told all its cards once; none: there is nothing to wait for",
            Rules.ListOf("names", (string text, out string value) => (value = text).Length > 0), "cards");

    public static Setting<TimeSpan> SourceMaxAge { get; } =
        new("Sync:SourceMaxAge", "How old the last word of a source may be for new tasks to begin; not set: any age", Rules.Duration(TimeSpan.FromSeconds(1)), null);

    public static Setting<int> CallsAtOnce { get; } =
        new("Sync:CallsAtOnce", "Calls of one operator that a shard has on their way at a time", Rules.Integer(1, 10_000), "8");

    public static Setting<TimeSpan> CallLimit { get; } =
        new("Sync:CallLimit", "How long a call may take with all its tries; should be more than the operators' own limits", Rules.Duration(Look, TimeSpan.FromMinutes(10)), "30 s");

    public static Setting<TimeSpan> AnnouncementLimit { get; } =
        new("Sync:AnnouncementLimit", "How old an announcement may be for its call to be made; must be less than Streams:SessionTimeout", Rules.Duration(TimeSpan.FromSeconds(1)), "30 s");

    public static Setting<int> Tries { get; } =
        new("Sync:Tries", "After how many calls without an answer a card is passed over until the next task", Rules.Integer(1), "5");

    public static Setting<TimeSpan> Retention { get; } =
        new("Sync:Retention", "How long it is remembered for which dates cards were synchronised", Rules.Duration(TimeSpan.FromDays(1)), "400 d");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        CardTopic, StepTopic, ResultTopic, StatusTopic, ControlTopic, Shards, RoundInterval, LookInterval, DaysAhead, Zone, Sources, SourceMaxAge, CallsAtOnce, CallLimit,
        AnnouncementLimit, Tries, Retention,
    ];

    /// <summary>The topology's options.</summary>
    /// <exception cref="CliException">Two settings do not fit together.</exception>
    public static SynchronisationOptions ToOptions(EffectiveSettings settings)
    {
        if (settings.Get(AnnouncementLimit) >= settings.Get(StreamsSettings.SessionTimeout))
            throw Misfit(AnnouncementLimit, $"less than {StreamsSettings.SessionTimeout.Key}");
        if (settings.Get(LookInterval) > settings.Get(RoundInterval))
            throw Misfit(LookInterval, $"not more than {RoundInterval.Key}");
        if (settings.Get(StreamsSettings.Guarantee) != ProcessingGuarantee.ExactlyOnceV2)
            throw Misfit(StreamsSettings.Guarantee, "exactly_once_v2 for a synchronisation: who may call is decided by transactions");
        var sources = settings.Get(Sources);
        return new SynchronisationOptions
        {
            CardTopic = settings.Get(CardTopic),
            StepTopic = settings.Get(StepTopic),
            ResultTopic = settings.Get(ResultTopic),
            StatusTopic = settings.Get(StatusTopic),
            ControlTopic = settings.Get(ControlTopic),
            Shards = settings.Get(Shards),
            Owner = OwnerName(settings),
            RoundInterval = settings.Get(RoundInterval),
            LookInterval = settings.Get(LookInterval),
            DaysAhead = settings.Get(DaysAhead),
            Zone = settings.Get(Zone),
            Sources = sources is ["none"] ? [] : sources,
            SourceMaxAge = settings.Find(SourceMaxAge, out var age) ? age : null,
            CallsAtOnce = settings.Get(CallsAtOnce),
            CallLimit = settings.Get(CallLimit),
            AnnouncementLimit = settings.Get(AnnouncementLimit),
            Tries = settings.Get(Tries),
            Retention = settings.Get(Retention),
        };
    }

    private static string OwnerName(EffectiveSettings settings) =>
        settings.Find(StreamsSettings.InstanceId, out var instance) ? instance
        : settings.Find(StreamsSettings.GroupInstanceId, out var member) ? member
        : $"{Environment.MachineName}/{Environment.ProcessId}";

    private static CliException Misfit(Setting setting, string allowed) =>
        CliException.Usage($"{SettingsCatalog.Section}:{setting.Key} does not fit: allowed is {allowed}");
}
