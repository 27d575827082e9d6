namespace MedStreams.Topologies.Migration;

/// <summary>
/// Does the steps of studies: the only part of a migration that touches source and target. Safe for several threads, and several batches of one study at a
/// time.
/// </summary>
/// <remarks>
/// Every call may come again, after a crash, here or elsewhere, even while an earlier one still runs; then it must come to the same end. A call that an attempt of a
/// smaller number makes after one of a larger has begun answers <see cref="StepFailure.Fenced"/> and changes nothing. Calls are short, some seconds: what takes
/// longer answers <see cref="StepStatus.Continues"/> and is called again. A failure of source or target is a result, not an exception; an exception counts as
/// <see cref="StepFailure.Unavailable"/>.
/// </remarks>
public interface IStudyMover
{
    /// <summary>Collects the hierarchy of a study, and keeps what is expected (S3.6).</summary>
    ValueTask<StepResult> CollectAsync(string study, MigrationStep step, CancellationToken cancellationToken);

    /// <summary>Moves the objects of a batch that are not in the target yet (S3.7 to S3.9).</summary>
    ValueTask<StepResult> TransferAsync(string study, MigrationStep step, CancellationToken cancellationToken);

    /// <summary>Makes the study visible, and tells what the target holds of it (S3.9, S3.10).</summary>
    ValueTask<StepResult> FinishAsync(string study, MigrationStep step, CancellationToken cancellationToken);

    /// <summary>Takes back what this attempt has stored and is not visible yet (S3.11).</summary>
    ValueTask<StepResult> RollBackAsync(string study, MigrationStep step, CancellationToken cancellationToken);
}
