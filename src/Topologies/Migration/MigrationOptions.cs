using System.Collections.Immutable;

namespace MedStreams.Topologies.Migration;

/// <summary>How studies are moved (S3.5, S3.10, S3.11).</summary>
public sealed record MigrationOptions
{
    /// <summary>Tasks, from the migration database's outbox; must have <see cref="Partitions"/> partitions.</summary>
    public string TaskTopic { get; init; } = "migration.tasks";

    /// <summary>Words of operators; compacted, one partition is enough.</summary>
    public string ControlTopic { get; init; } = "migration.control";

    /// <summary>What is to be done.</summary>
    public string StepTopic { get; init; } = "migration.steps";

    /// <summary>What became of it; must have <see cref="Partitions"/> partitions.</summary>
    public string OutcomeTopic { get; init; } = "migration.outcomes";

    /// <summary>What happened to studies.</summary>
    public string EventTopic { get; init; } = "migration.events";

    /// <summary>What a person should look at.</summary>
    public string AlertTopic { get; init; } = "migration.alerts";

    /// <summary>How many partitions tasks have, 1 to 1,000: capacity and throttle are shared out among them. Default 4.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>How many studies of a list are on their way at a time, over all partitions, from 1; each partition has at least one place. Default 16.</summary>
    public int ListCapacity { get; init; } = 16;

    /// <summary>Which list the studies of a department go to, where it is not one of the department's own.</summary>
    public ImmutableSortedDictionary<string, string> Lists { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>How many batches of a study are on their way at a time, from 1. Default 4.</summary>
    public int BatchesAtOnce { get; init; } = 4;

    /// <summary>Which study of a list begins next.</summary>
    public TaskOrder Order { get; init; } = TaskOrder.OldestFirst;

    /// <summary>How long a study may stay in a list of current tasks; from 1 s. Default 2 h.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// How often a study is tried before it has failed, from 1 (S3.11). Default 3. Attempts that end since source or target is away do not count: they are made
    /// again until <see cref="TimeLimit"/>.
    /// </summary>
    public int Tries { get; init; } = 3;

    /// <summary>How long the second try waits; each further one twice as long. From 0. Default 10 s.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait between tries; from <see cref="Backoff"/>. Default 10 min.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long taking back may take before the study goes on without; from 1 s. Default 5 min.</summary>
    public TimeSpan RollBackLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How fast at most, until <see cref="ControlVerb.Throttle"/> says otherwise.</summary>
    public Throttle Throttle { get; init; } = new();

    /// <summary>When studies may begin, until <see cref="ControlVerb.Schedule"/> says otherwise; null: always.</summary>
    public WeekSchedule? Schedule { get; init; }

    /// <summary>How long one call to the mover may take before it counts as failed; 1 s to 5 min. Default 30 s.</summary>
    public TimeSpan StepLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many steps of a partition are done at a time, from 1. Default 16.</summary>
    public int StepsAtOnce { get; init; } = 16;

    /// <summary>How long the numbers of studies that came to an end are remembered, so that a late word of them is known to be late; from 0. Default 1 d.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How often what has become due is looked for; from 10 ms. Default 1 s.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The list of a department.</summary>
    public string ListOf(string department) => Lists.GetValueOrDefault(department, department);

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the text names it and what is allowed.</exception>
    public void Validate()
    {
        Require(Partitions is >= 1 and <= 1000, "Partitions must be 1 to 1,000.", nameof(Partitions));
        Require(ListCapacity >= 1, "ListCapacity must be 1 or more.", nameof(ListCapacity));
        Require(BatchesAtOnce >= 1, "BatchesAtOnce must be 1 or more.", nameof(BatchesAtOnce));
        Require(TimeLimit >= TimeSpan.FromSeconds(1), "TimeLimit must be 1 s or more.", nameof(TimeLimit));
        Require(Tries >= 1, "Tries must be 1 or more.", nameof(Tries));
        Require(Backoff >= TimeSpan.Zero, "Backoff must not be negative.", nameof(Backoff));
        Require(MaxBackoff >= Backoff, "MaxBackoff must be at least Backoff.", nameof(MaxBackoff));
        Require(RollBackLimit >= TimeSpan.FromSeconds(1), "RollBackLimit must be 1 s or more.", nameof(RollBackLimit));
        Require(StepLimit >= TimeSpan.FromSeconds(1) && StepLimit <= TimeSpan.FromMinutes(5), "StepLimit must be 1 s to 5 min.", nameof(StepLimit));
        Require(StepsAtOnce >= 1, "StepsAtOnce must be 1 or more.", nameof(StepsAtOnce));
        Require(Retention >= TimeSpan.Zero, "Retention must not be negative.", nameof(Retention));
        Require(LookInterval >= TimeSpan.FromMilliseconds(10), "LookInterval must be 10 ms or more.", nameof(LookInterval));
        Require(Throttle.StudiesPerMinute is null or > 0, "Throttle.StudiesPerMinute must be above 0.", nameof(Throttle));
        Require(Throttle.BytesPerSecond is null or > 0, "Throttle.BytesPerSecond must be above 0.", nameof(Throttle));
        var fault = Schedule?.Fault();
        Require(fault is null, fault ?? "", nameof(Schedule));
    }

    private static void Require(bool holds, string otherwise, string setting)
    {
        if (!holds)
            throw new ArgumentException(otherwise, setting);
    }
}
