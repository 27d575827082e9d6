using System.Collections.Immutable;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Moving;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Sinks.Migration;
using MedStreams.Sinks.Pacs;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration.Settings;

/// <summary>How a migration is set up.</summary>
internal static class MigrationSettings
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static Setting<string> Run { get; } =
        new("Migration:Run", "What the run is called: in the database, in topics and in reports",
            new Rule<string>("1 to 100 characters", (string text, out string value) => (value = text.Trim()).Length is > 0 and <= 100), "migration");

    public static Setting<DateOnly> FirstDay { get; } =
        new("Migration:FirstDay", "The first day of examinations that are moved", MigrationRules.Day, null) { Option = "--from DAY" };

    public static Setting<DateOnly> LastDay { get; } =
        new("Migration:LastDay", "The last one; not set: the day on which the run is first started", MigrationRules.Day, null) { Option = "--to DAY" };

    public static Setting<int> StepDays { get; } = new("Migration:StepDays", "Days that the source is asked for at once", Rules.Integer(1, 36_525), "1");

    public static Setting<int> PageSize { get; } = new("Migration:PageSize", "Examinations in a page", Rules.Integer(1, 10_000), "50");

    public static Setting<int> EnumerationThreads { get; } =
        new("Migration:EnumerationThreads", "Steps that this process asks for at a time", Rules.Integer(1, 64), "2");

    public static Setting<TimeSpan> PollingPeriod { get; } = new("Migration:PollingPeriod", "Pause between two pages", Rules.Duration(TimeSpan.Zero), "0 ms");

    public static Setting<TimeSpan> PollingTimeout { get; } = new("Migration:PollingTimeout", "Time for one page", Rules.Duration(Second), "1 min");

    public static Setting<bool> Undated { get; } = new("Migration:Undated", "Whether examinations without a valid date are moved too", Rules.Switch, "true");

    public static Setting<bool> Reconcile { get; } =
        new("Migration:Reconcile", "Whether everything is asked for once more without days, to find what the steps missed", Rules.Switch, "true");

    public static Setting<FeedOrder> Order { get; } =
        new("Migration:Order", "Which studies go first; patients of the list of appointments before all",
            Rules.OneOf(("time", FeedOrder.Time), ("newest-first", FeedOrder.NewestFirst), ("hierarchy", FeedOrder.Hierarchy), ("priors-first", FeedOrder.PriorsFirst)), "time");

    public static Setting<int> QueueCapacity { get; } =
        new("Migration:QueueCapacity", "How many studies may be in the queue or on their way at a time", Rules.Integer(1, 1_000_000), "1000");

    public static Setting<int> Partitions { get; } =
        new("Migration:Partitions", "Partitions of the topics; capacity and throttle are shared out among them. Not to be changed while studies are on their way",
            Rules.Integer(1, 1000), "4");

    public static Setting<int> ListCapacity { get; } =
        new("Migration:ListCapacity", "How many studies of a department are on their way at a time", Rules.Integer(1, 100_000), "16");

    public static SettingGroup Lists { get; } =
        new("Migration:Lists", "The list that a department's studies go to, where it is not one of its own; the department is the key");

    public static Setting<int> BatchesAtOnce { get; } =
        new("Migration:BatchesAtOnce", "Batches of a study that are on their way at a time", Rules.Integer(1, 64), "4");

    public static Setting<int> BatchObjects { get; } = new("Migration:BatchObjects", "Most objects in a batch", Rules.Integer(1, 1000), "32");

    public static Setting<long> BatchBytes { get; } = new("Migration:BatchBytes", "From so many bytes on a batch is full", Rules.Bytes(1), "67108864");

    public static Setting<TimeSpan> TimeLimit { get; } =
        new("Migration:TimeLimit", "How long a study may be on its way before it goes back to pending", Rules.Duration(Second), "2 h");

    public static Setting<int> Tries { get; } = new("Migration:Tries", "How often a study is tried before it has failed", Rules.Integer(1, 100), "3");

    public static Setting<TimeSpan> Backoff { get; } =
        new("Migration:Backoff", "How long the second try waits; each further one twice as long", Rules.Duration(TimeSpan.Zero), "10 s");

    public static Setting<TimeSpan> MaxBackoff { get; } = new("Migration:MaxBackoff", "The longest wait between tries", Rules.Duration(TimeSpan.Zero), "10 min");

    public static Setting<ImmutableArray<WeekSpan>> Schedule { get; } =
        new("Migration:Schedule", "When studies may begin; not set: always", MigrationRules.Schedule, null);

    public static Setting<string> Zone { get; } = new("Migration:Zone", "The time zone of the schedule", MigrationRules.Zone, "UTC");

    public static Setting<double> StudiesPerMinute { get; } =
        new("Migration:StudiesPerMinute", "How many studies may begin in a minute; not set: no limit", MigrationRules.Above0, null);

    public static Setting<double> BytesPerSecond { get; } =
        new("Migration:BytesPerSecond", "How many bytes may be stored in a second; not set: no limit", MigrationRules.Above0, null);

    public static Setting<VerificationLevel> Verify { get; } =
        new("Migration:Verify", "How closely the target is looked at when a study is stored",
            Rules.OneOf(
                ("none", VerificationLevel.None), ("record", VerificationLevel.Record), ("objects", VerificationLevel.Objects), ("sizes", VerificationLevel.Sizes),
                ("digests", VerificationLevel.Digests)),
            "digests");

    public static Setting<ObjectEquality> Equality { get; } =
        new("Migration:Equality", "When two objects are equal: byte for byte, or in what they say, where a PACS writes data sets anew",
            Rules.OneOf(("bytes", ObjectEquality.Bytes), ("content", ObjectEquality.Content)), "content");

    public static Setting<bool> AllowExtra { get; } =
        new("Migration:AllowExtra", "Whether a study may have more in the target, as where examinations go on there", Rules.Switch, "false");

    public static Setting<ConflictPolicy> Conflicts { get; } =
        new("Migration:Conflicts", "What is done about other content under a known UID",
            Rules.OneOf(("fail", ConflictPolicy.Fail), ("replace", ConflictPolicy.Replace), ("keep", ConflictPolicy.Keep)), "fail");

    public static Setting<string> SpoolDirectory { get; } =
        new("Migration:SpoolDir", "The folder in which objects rest on their way; each process makes one of its own in it", Rules.Text, ".medstreams-spool");

    public static Setting<long> SpoolBytes { get; } =
        new("Migration:SpoolBytes", "From how many bytes in it on fetching waits", Rules.Bytes(1), "4294967296");

    public static Setting<string> AeTitle { get; } =
        new("Migration:AeTitle", "The application entity title of this program", MigrationRules.AeTitle, "MEDSTREAMS");

    public static Setting<Endpoint> Listen { get; } =
        new("Migration:Listen", "Where PACS send to us by DICOM: instances after a C-MOVE, reports on storage commitments", Rules.Endpoint, "0.0.0.0:11112");

    public static Setting<Retrieval> Retrieve { get; } =
        new("Migration:Retrieve", "How instances are had from an old PACS by DICOM: c-get, or c-move, for which it has to know AeTitle and Listen",
            Rules.OneOf(("c-get", Retrieval.Get), ("c-move", Retrieval.Move)), "c-get");

    public static Setting<CommitmentPolicy> Commitment { get; } =
        new("Migration:Commitment", "Whether a new PACS by DICOM has to answer for what it was sent (Storage Commitment)",
            Rules.OneOf(("offered", CommitmentPolicy.WhereOffered), ("required", CommitmentPolicy.Required), ("never", CommitmentPolicy.Never)), "offered");

    public static Setting<string> Declaration { get; } =
        new("Migration:Source:Declaration", "Of an old PACS that is declared: the JSON file that says what it is", Rules.Text, null);

    public static Setting<string> IndexDirectory { get; } =
        new("Migration:IndexDir", "Where the index of an old PACS that is a folder is kept; one process uses it at a time", Rules.Text, ".medstreams-index");

    public static Setting<string> TagRules { get; } =
        new("Migration:TagRules", "The file that says which attributes change on the way (JSON); not set: none", Rules.Text, null);

    public static Setting<string> AuditFile { get; } =
        new("Migration:AuditFile", "The file that gets an audit message (PS3.15 A.5) for each study that was moved; not set: none", Rules.Text, null);

    public static Setting<string> AuditTopic { get; } =
        new("Migration:AuditTopic", "The topic that gets an audit message (PS3.15 A.5) for each study that was moved; not set: none", Rules.Text, null);

    public static Setting<string> DocumentTable { get; } =
        new("Migration:DocumentTable", "Of an old PACS that is a folder: the table (CSV) that says which other file belongs to which study", Rules.Text, null);

    public static PeerSettings Source { get; } = new("Source", "the old PACS", "dicom", "dicomweb", "folder", "declared", "sql");

    public static PeerSettings Target { get; } = new("Target", "the new PACS", "dicom", "dicomweb", "archive");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Run, .. Source.All, .. Target.All, AeTitle, FirstDay, LastDay, StepDays, PageSize, EnumerationThreads, PollingPeriod, PollingTimeout, Undated, Reconcile,
        Order, QueueCapacity, Partitions, ListCapacity, BatchesAtOnce, BatchObjects, BatchBytes, TimeLimit, Tries, Backoff, MaxBackoff, Schedule, Zone,
        StudiesPerMinute, BytesPerSecond, Verify, Equality, AllowExtra, Conflicts, SpoolDirectory, SpoolBytes, Listen, Retrieve, Commitment, Declaration, IndexDirectory, DocumentTable, TagRules, AuditFile, AuditTopic,
        .. LocatedSettings.All,
    ];

    /// <summary>All groups.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [Lists];

    /// <summary>The topology's options.</summary>
    public static MigrationOptions ToOptions(EffectiveSettings settings) => new()
    {
        Partitions = settings.Get(Partitions),
        ListCapacity = settings.Get(ListCapacity),
        Lists = settings.Entries(Lists).ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase),
        BatchesAtOnce = settings.Get(BatchesAtOnce),
        Order = settings.Get(Order) switch
        {
            FeedOrder.Time => TaskOrder.OldestFirst,
            FeedOrder.Hierarchy => TaskOrder.Hierarchy,
            _ => TaskOrder.NewestFirst,
        },
        TimeLimit = settings.Get(TimeLimit),
        Tries = settings.Get(Tries),
        Backoff = settings.Get(Backoff),
        MaxBackoff = settings.Get(MaxBackoff) is var most && most > settings.Get(Backoff) ? most : settings.Get(Backoff),
        Schedule = settings.Find(Schedule, out var spans) ? new WeekSchedule(settings.Get(Zone), spans) : null,
        Throttle = new Throttle(Maybe(settings, StudiesPerMinute), Maybe(settings, BytesPerSecond)),
    };

    /// <summary>How steps are done.</summary>
    public static MoverOptions ToMover(EffectiveSettings settings) => new()
    {
        BatchObjects = settings.Get(BatchObjects),
        BatchBytes = settings.Get(BatchBytes),
        Level = settings.Get(Verify),
        Rules = new VerificationRules { Equality = settings.Get(Equality), AllowsExtra = settings.Get(AllowExtra) },
    };

    private static double? Maybe(EffectiveSettings settings, Setting<double> setting) => settings.Find(setting, out var value) ? value : null;
}
