namespace MedStreams.Topologies.Migration;

/// <summary>Something to be done for a study, in the topic of steps by its study UID. May be done again after a crash.</summary>
/// <param name="Run">The run that it belongs to.</param>
/// <param name="Task">The task's number.</param>
/// <param name="Attempt">The attempt, from 1: a later one fences all earlier ones of the study.</param>
/// <param name="Serial">The step's number within the attempt, from 0; its outcome bears it too.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="Department">The department of the examination.</param>
public sealed record MigrationStep(string Run, long Task, int Attempt, int Serial, StepKind Kind, string Department)
{
    /// <summary>Of <see cref="StepKind.Transfer"/>: which of the collection's batches, from 0.</summary>
    public int Batch { get; init; }

    /// <summary>Of <see cref="StepKind.Finish"/>: what the target must hold.</summary>
    public Amount Expected { get; init; }
}

/// <summary>Kinds of steps.</summary>
public enum StepKind
{
    /// <summary>Find out what belongs to the study and where it lies, keep that, and cut it into batches (S3.6).</summary>
    Collect,

    /// <summary>Fetch the objects of a batch and store them in the target (S3.7 to S3.9).</summary>
    Transfer,

    /// <summary>Make the study visible in the target and look what it holds (S3.10).</summary>
    Finish,

    /// <summary>Take back what an attempt has left in the target (S3.11).</summary>
    RollBack,
}
