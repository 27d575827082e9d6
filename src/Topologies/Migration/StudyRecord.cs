using System.Collections.Immutable;

namespace MedStreams.Topologies.Migration;

/// <summary>A study that waits for its list, or is in it. Immutable.</summary>
/// <param name="Task">The task.</param>
/// <param name="List">The list of current tasks that it belongs to.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Attempt">The last attempt that began, of this task or an earlier one; 0: none.</param>
internal sealed record StudyRecord(MigrationTask Task, string List, StudyPhase Phase, int Attempt)
{
    /// <summary>Its place in the queue of the list, while it waits.</summary>
    public string QueueKey { get; init; } = "";

    /// <summary>How many attempts of this task began, but those that ended since old or new PACS was away.</summary>
    public int Tries { get; init; }

    /// <summary>How many attempts in a row ended since old or new PACS was away.</summary>
    public int Outages { get; init; }

    /// <summary>The number of the attempt's next step.</summary>
    public int NextSerial { get; init; }

    /// <summary>The steps that no outcome came of yet: serials by batch; steps that have no batches are under 0.</summary>
    public ImmutableSortedDictionary<int, int> OnTheirWay { get; init; } = ImmutableSortedDictionary<int, int>.Empty;

    /// <summary>What belongs to it; null before it is collected.</summary>
    public Amount? Expected { get; init; }

    /// <summary>How many batches it has.</summary>
    public int Batches { get; init; }

    /// <summary>The next batch to be sent out of this round.</summary>
    public int NextBatch { get; init; }

    /// <summary>Batches that come before that: they have more to do, or were held back.</summary>
    public ImmutableArray<int> Again { get; init; } = [];

    /// <summary>The batches of this round that are whole.</summary>
    public Amount Whole { get; init; } = Amount.None;

    /// <summary>What the others have so far.</summary>
    public ImmutableSortedDictionary<int, Amount> Parts { get; init; } = ImmutableSortedDictionary<int, Amount>.Empty;

    /// <summary>How often all batches went out in this attempt, because something was missing in the end.</summary>
    public int Rounds { get; init; }

    /// <summary>How often taking back did not work.</summary>
    public int RollBacks { get; init; }

    /// <summary>What follows when it is taken back.</summary>
    public Afterwards Then { get; init; }

    /// <summary>The kind of the last failure.</summary>
    public StepFailure? Failure { get; init; }

    /// <summary>Its reason.</summary>
    public string? Reason { get; init; }

    /// <summary>When its time in the list is up, in epoch milliseconds; 0: it is not in it.</summary>
    public long Deadline { get; init; }

    /// <summary>When taking back, or waiting for the next try, is to end; 0: it does neither.</summary>
    public long PhaseEnd { get; init; }

    /// <summary>When something is to be done if no outcome comes before; 0: never.</summary>
    public long Due { get; init; }

    /// <summary>When it began to wait for the next try.</summary>
    public long BackingOffSince { get; init; }

    /// <summary>When it began and how far it came.</summary>
    public StudyTimings Timings { get; init; } = new();

    /// <summary>The task that takes its place as soon as it is taken back.</summary>
    public MigrationTask? Next { get; init; }

    /// <summary>What of it is stored, whole batches and parts.</summary>
    public Amount Stored() => Parts.Values.Aggregate(Whole, Amount.Add);
}

/// <summary>Where a study stands.</summary>
internal enum StudyPhase
{
    /// <summary>In the queue of its list.</summary>
    Waiting,

    /// <summary>Its hierarchy is looked up.</summary>
    Collecting,

    /// <summary>Its batches are on their way.</summary>
    Transferring,

    /// <summary>It is made visible and looked at.</summary>
    Finishing,

    /// <summary>What the attempt stored is taken back.</summary>
    RollingBack,

    /// <summary>It waits for the next try.</summary>
    BackingOff,
}

/// <summary>What follows when a study is taken back.</summary>
internal enum Afterwards
{
    /// <summary>Another try, or the end where there were enough.</summary>
    Retry,

    /// <summary>The end.</summary>
    Fail,

    /// <summary>Back to pending: its time in the list was up.</summary>
    TimedOut,

    /// <summary>Back to pending, or another task of it: it did not belong to the list.</summary>
    Misplaced,
}

/// <summary>A study that came to an end: its largest numbers.</summary>
/// <param name="Task">The number of its last task.</param>
/// <param name="Attempt">Its last attempt.</param>
/// <param name="ForgetAt">Until when that is remembered.</param>
internal sealed record EndedStudy(long Task, int Attempt, long ForgetAt);

/// <summary>A list of current tasks.</summary>
/// <param name="Current">How many studies are in it.</param>
/// <param name="Waiting">How many wait for it.</param>
internal sealed record CurrentList(int Current, int Waiting)
{
    public static CurrentList Empty { get; } = new(0, 0);
}
