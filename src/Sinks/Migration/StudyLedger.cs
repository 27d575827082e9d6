using MedStreams.Dicom.Pacs;
using MedStreams.Streams;

namespace MedStreams.Sinks.Migration;

/// <summary>The migration database as the ledger of studies on their way. Safe for several threads and machines.</summary>
/// <param name="database">The database.</param>
public sealed class StudyLedger(MigrationDatabase database) : IStudyLedger
{
    private const string Fenced = "A later attempt has begun.";

    /// <inheritdoc/>
    public async ValueTask<ExamRecord?> FindExamAsync(string run, string study, CancellationToken cancellationToken) => await ReachAsync(
        () => database.RunAsync(
            async (connection, stop) => await LedgerRows.FindAsync(connection, run, study, stop) is { } found ? found.Exam : null, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask KeepAsync(string run, int attempt, StudyCollection collection, IReadOnlyList<int> batches, CancellationToken cancellationToken)
    {
        if (batches.Count != collection.Objects.Count)
            throw new ArgumentException("Each object has a batch.", nameof(batches));
        await ReachAsync(() => database.TransactAsync(
            async (connection, stop) =>
            {
                var record = await LedgerRows.LockAsync(connection, run, collection.Exam.StudyInstanceUid, stop);
                if (record is not { } known || known.Attempt > attempt || known.Collected > attempt)
                    throw new PacsException(Fenced) { Failure = PacsFailure.Fenced };
                await LedgerRows.KeepAsync(connection, known, attempt, collection, batches, stop);
                return true;
            },
            cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<KeptStudy?> ReadAsync(string run, string study, int attempt, CancellationToken cancellationToken) => await ReachAsync(
        () => database.TransactAsync(
            async (connection, stop) =>
            {
                if (await LedgerRows.FindAsync(connection, run, study, stop) is not { } found || found.Attempt != attempt)
                    return null;
                var objects = await LedgerRows.ReadAsync(connection, found.Record, stop);
                return new KeptStudy(new StudyCollection(found.Exam, [.. objects.Select(o => o.Object)], found.Notes), objects);
            },
            cancellationToken));

    /// <inheritdoc/>
    public async ValueTask StoredAsync(string run, string study, int attempt, IReadOnlyCollection<KeptObject> stored, CancellationToken cancellationToken) =>
        await ReachAsync(() => database.TransactAsync(
            async (connection, stop) =>
            {
                if (await LedgerRows.LockAttemptAsync(connection, run, study, attempt, alone: false, stop) is not { } record)
                    throw new PacsException(Fenced) { Failure = PacsFailure.Fenced };
                await LedgerRows.StoredAsync(connection, record, attempt, stored, stop);
                return true;
            },
            cancellationToken));

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(
        string run, string study, int attempt, IReadOnlyCollection<string>? objects, CancellationToken cancellationToken) => await ReachAsync(
        () => database.TransactAsync(
            async (connection, stop) =>
            {
                if (await LedgerRows.LockAttemptAsync(connection, run, study, attempt, alone: true, stop) is { } record)
                    await LedgerRows.ForgetAsync(connection, record, objects, stop);
                return true;
            },
            cancellationToken));

    /// <summary>
    /// What a run has stored of a study that it migrated, so that a later run to the same target can ask for exactly that, without fetching the study again (S3.12).
    /// </summary>
    /// <param name="target">What the target is called.</param>
    /// <param name="study">The study UID.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The newest such; null where there is none.</returns>
    /// <exception cref="PacsException">The database did not answer.</exception>
    public async ValueTask<KeptStudy?> FindMigratedAsync(string target, string study, CancellationToken cancellationToken) => await ReachAsync(
        () => database.TransactAsync(
            async (connection, stop) =>
            {
                if (await LedgerRows.FindMigratedAsync(connection, target, study, stop) is not { } found)
                    return null;
                var objects = await LedgerRows.ReadAsync(connection, found.Record, stop);
                return objects.TrueForAll(o => o.Stored is not null)
                    ? new KeptStudy(new StudyCollection(found.Exam, [.. objects.Select(o => o.Object)], found.Notes), objects)
                    : null;
            },
            cancellationToken));

    private static async Task<T> ReachAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (StreamsException e)
        {
            throw new PacsException(e.Message, e) { Failure = e is SinkUnavailableException ? PacsFailure.Unavailable : PacsFailure.Refused };
        }
    }
}
