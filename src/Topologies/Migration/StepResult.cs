namespace MedStreams.Topologies.Migration;

/// <summary>How a step ended, as an <see cref="IStudyMover"/> tells it.</summary>
/// <param name="Status">Whether it is done.</param>
public sealed record StepResult(StepStatus Status)
{
    /// <summary>
    /// Of a collection: what belongs to the study. Of a transfer: what of its batch is stored, now and before, as the target has it. Of a finish: what
    /// the target holds of the study.
    /// </summary>
    public Amount Amount { get; init; } = Amount.None;

    /// <summary>Of a collection: how many batches it was cut into.</summary>
    public int Batches { get; init; }

    /// <summary>Of a collection: the target holds exactly that already, so nothing is moved.</summary>
    public bool IsThereAlready { get; init; }

    /// <summary>Of a failure: what to do about it.</summary>
    public StepFailure Failure { get; init; }

    /// <summary>Why it failed or is late, or what was odd, without patient data; null: nothing to tell.</summary>
    public string? Reason { get; init; }

    /// <summary>A step that is done.</summary>
    public static StepResult Done(Amount amount) => new(StepStatus.Done) { Amount = amount };

    /// <summary>A step that has failed.</summary>
    public static StepResult Failed(StepFailure failure, string reason) => new(StepStatus.Failed) { Failure = failure, Reason = reason };
}

/// <summary>Whether a step is done.</summary>
public enum StepStatus
{
    /// <summary>It is.</summary>
    Done,

    /// <summary>Part of it is, and it is well: the same step again goes on with it.</summary>
    Continues,

    /// <summary>It did not work.</summary>
    Failed,
}

/// <summary>Kinds of failures, by what they ask for.</summary>
public enum StepFailure
{
    /// <summary>Source or target is away or busy: the same again, later, and not counted as a try of the study.</summary>
    Unavailable,

    /// <summary>Source or target refused the study or an object: again only a few times, then somebody must look.</summary>
    Refused,

    /// <summary>The source knows no such study or object any more: again only a few times.</summary>
    Missing,

    /// <summary>The target holds other content than it should: never again by itself.</summary>
    Conflict,

    /// <summary>A later attempt has taken over: this one ends in silence.</summary>
    Fenced,
}
