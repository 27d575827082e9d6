using MedStreams.Streams;

namespace MedStreams.Topologies.Migration;

/// <summary>
/// Studies on their way from an old PACS to a new one (S3), in two stages with topics between them, both by the study UID:
/// <list type="number">
/// <item>studies: <c>migration.tasks</c> and <c>migration.outcomes</c> to <c>migration.steps</c>, <c>migration.events</c> and
/// <c>migration.alerts</c>: queues, lists of current tasks with room and time limit (S3.5), when all is there (S3.10), and what follows a failure (S3.11);</item>
/// <item>moves: <c>migration.steps</c> to <c>migration.outcomes</c>: calls an <see cref="IStudyMover"/>, several at a time.</item>
/// </list>
/// <c>migration.control</c> is seen by all. Everything between topics is exactly once; a step may be done twice, after a crash.
/// </summary>
public static class MigrationTopology
{
    /// <summary>Studies that wait or are on their way, by study UID; may be queried.</summary>
    public const string StudyStore = "migration-studies";

    /// <summary>What operators want; every instance has it whole.</summary>
    public const string ControlStore = "migration-control";

    internal const string EndedStore = "migration-ended";
    internal const string QueueStore = "migration-queue";
    internal const string ListStore = "migration-lists";
    internal const string TimeStore = "migration-times";
    internal const string AllowanceStore = "migration-allowance";

    private static readonly TimeSpan CallMargin = TimeSpan.FromSeconds(5);

    /// <summary>Adds the topology to a builder.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The rules.</param>
    /// <param name="mover">Does the steps.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static void Build(StreamsBuilder builder, MigrationOptions options, IStudyMover mover)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mover);
        options.Validate();
        Studies(builder, options);
        Moves(builder, options, mover);
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [options.TaskTopic, options.ControlTopic, options.StepTopic, options.OutcomeTopic, options.EventTopic, options.AlertTopic];
    }

    internal static void Studies(StreamsBuilder builder, MigrationOptions options)
    {
        Add(builder, StudyStore, MigrationSerdes.StudyRecord);
        Add(builder, EndedStore, MigrationSerdes.EndedStudy);
        Add(builder, QueueStore, Serdes.String);
        Add(builder, ListStore, MigrationSerdes.CurrentList);
        Add(builder, TimeStore, Serdes.String);
        Add(builder, AllowanceStore, MigrationSerdes.Allowance);
        builder.GlobalTable(
            options.ControlTopic,
            Consumed.With(Serdes.String, MigrationSerdes.Control) with { Name = "control" },
            Materialized.As(ControlStore, Serdes.String, MigrationSerdes.Control));

        var tasks = builder
            .Stream(options.TaskTopic, Consumed.With(Serdes.String, MigrationSerdes.Task) with { Name = "tasks" })
            .MapValues(task => new StudyInput(Task: task), "task");
        var outcomes = builder
            .Stream(options.OutcomeTopic, Consumed.With(Serdes.String, MigrationSerdes.Outcome) with { Name = "outcomes" })
            .MapValues(outcome => new StudyInput(Outcome: outcome), "outcome");
        var said = tasks.Merge(outcomes, Named.As("either")).Process(
            () => new StudyProcessor(options), Named.As("studies"), [StudyStore, EndedStore, QueueStore, ListStore, TimeStore, AllowanceStore]);

        said.Filter((_, output) => output.Step is not null, "are-steps")
            .MapValues(output => output.Step!, "step")
            .To(options.StepTopic, Produced.With(Serdes.String, MigrationSerdes.Step) with { Name = "steps" });
        said.Filter((_, output) => output.Event is not null, "are-events")
            .MapValues(output => output.Event!, "event")
            .To(options.EventTopic, Produced.With(Serdes.String, MigrationSerdes.Event) with { Name = "events" });
        said.Filter((_, output) => output.Alert is not null, "are-alerts")
            .MapValues(output => output.Alert!, "alert")
            .To(options.AlertTopic, Produced.With(Serdes.String, MigrationSerdes.Alert) with { Name = "alerts" });
    }

    internal static void Moves(StreamsBuilder builder, MigrationOptions options, IStudyMover mover) =>
        builder
            .Stream(options.StepTopic, Consumed.With(Serdes.String, MigrationSerdes.Step) with { Name = "steps-to-do" })
            .ProcessAsync<string, MigrationOutcome>(
                async (record, context) => [record.WithValue(await MoverCall.RunAsync(mover, options, record.Key, record.Value, context))],
                new AsyncOptions
                {
                    MaxConcurrency = options.StepsAtOnce,
                    Order = AsyncOrder.None, // batches of a study side by side; the study's serials tell what is late
                    Timeout = options.StepLimit + CallMargin,
                    Retry = AsyncRetry.None,
                },
                Named.As("move"))
            .To(options.OutcomeTopic, Produced.With(Serdes.String, MigrationSerdes.Outcome) with { Name = "outcomes-of-steps" });

    private static void Add<T>(StreamsBuilder builder, string name, ISerde<T> serde) =>
        builder.AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore(name), Serdes.String, serde));
}
