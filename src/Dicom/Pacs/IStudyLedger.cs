namespace MedStreams.Dicom.Pacs;

/// <summary>
/// What is expected of studies, and what of it is stored: kept in the migration database, so that whoever goes on with a study after a crash knows. Each call is durable
/// when it returns. Safe for several threads and machines.
/// </summary>
public interface IStudyLedger
{
    /// <summary>The record of a study; null where the run has none.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="study">The study UID.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PacsException">The database did not answer.</exception>
    ValueTask<ExamRecord?> FindExamAsync(string run, string study, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps what belongs to a study, in place of what was kept by an earlier attempt; of the same attempt, what is stored stays so for objects that are still there.
    /// </summary>
    /// <param name="run">The run's name.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="collection">What belongs to it.</param>
    /// <param name="batches">Of each of its objects: the batch it is moved in, from 0.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PacsException">A later attempt has begun (<see cref="PacsFailure.Fenced"/>), or the database did not answer.</exception>
    ValueTask KeepAsync(string run, int attempt, StudyCollection collection, IReadOnlyList<int> batches, CancellationToken cancellationToken);

    /// <summary>What is kept of a study; null where its collection is of another attempt.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="study">The study UID.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PacsException">The database did not answer.</exception>
    ValueTask<KeptStudy?> ReadAsync(string run, string study, int attempt, CancellationToken cancellationToken);

    /// <summary>Notes that objects are stored. Noting the same again changes nothing.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="study">The study UID.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="stored">The objects.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PacsException">A later attempt has begun (<see cref="PacsFailure.Fenced"/>), or the database did not answer.</exception>
    ValueTask StoredAsync(string run, string study, int attempt, IReadOnlyCollection<KeptObject> stored, CancellationToken cancellationToken);

    /// <summary>Notes that objects are not stored, or no longer.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="study">The study UID.</param>
    /// <param name="attempt">The attempt; of a later one nothing changes.</param>
    /// <param name="objects">Which, by <see cref="StudyObject.Id"/>; null: all.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PacsException">The database did not answer.</exception>
    ValueTask ForgetAsync(string run, string study, int attempt, IReadOnlyCollection<string>? objects, CancellationToken cancellationToken);
}

/// <summary>A study as it is kept.</summary>
/// <param name="Collection">What belongs to it.</param>
/// <param name="Objects">Its objects, in the collection's order.</param>
public sealed record KeptStudy(StudyCollection Collection, IReadOnlyList<KeptObject> Objects);

/// <summary>An object as it is kept.</summary>
/// <param name="Object">Which.</param>
/// <param name="Batch">The batch it is moved in.</param>
/// <param name="Original">The original's digest; null: it was not stored yet.</param>
/// <param name="Stored">What became of it; null: not yet.</param>
public sealed record KeptObject(StudyObject Object, int Batch, ObjectDigest? Original = null, StoredObject? Stored = null);
