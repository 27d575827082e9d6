using MedStreams.Dicom.Pacs;
using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Migration;

/// <summary>Tells whether the target has a study already, completely.</summary>
/// <param name="exam">The record.</param>
/// <param name="cancellationToken">Ends the asking.</param>
/// <exception cref="PacsException">The target did not answer: asked again later.</exception>
public delegate ValueTask<bool> TargetHolds(ExamRecord exam, CancellationToken cancellationToken);

/// <summary>
/// Gives records their first state: what the target has already, completely, is migrated, all else is pending (S3.3). Several may do so at a time, on several machines.
/// </summary>
/// <param name="database">Where records are.</param>
/// <param name="holds">Asks the target; several at a time.</param>
/// <param name="options">How it is asked.</param>
/// <param name="logger">Takes what an operator should know.</param>
public sealed class TargetChecker(MigrationDatabase database, TargetHolds holds, TargetCheckerOptions options, ILogger<TargetChecker> logger)
{
    private const string ClaimSql =
        $"""
         WITH next AS (
             SELECT record_id FROM pacs_migration.record
             WHERE run_id = $1 AND state IS NULL AND (check_until IS NULL OR check_until < clock_timestamp())
             ORDER BY record_id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)
         UPDATE pacs_migration.record r SET check_until = clock_timestamp() + $3
         FROM next, pacs_migration.run u WHERE r.record_id = next.record_id AND u.run_id = r.run_id AND NOT u.paused
         RETURNING r.record_id, {ExamRows.Columns}
         """;

    private const string SettleSql =
        """
        UPDATE pacs_migration.record r
        SET state = CASE WHEN c.there THEN 'migrated' ELSE 'pending' END, was_there = c.there, check_until = NULL, changed_at = now(),
            ended_at = CASE WHEN c.there THEN now() END
        FROM (SELECT * FROM unnest($1::bigint[], $2::boolean[]) AS c (record_id, there) ORDER BY record_id) c
        WHERE r.record_id = c.record_id AND r.state IS NULL
        """;

    /// <summary>Checks until it is stopped; waits while nothing is to be checked, the run is held, or target or database are away.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(int run, CancellationToken cancellationToken)
    {
        options.Validate();
        var patience = new Patience(database.Clock, logger, "check of the target");
        while (true)
        {
            var (claimed, failed) = await patience.ReachAsync(stop => StepAsync(run, stop), cancellationToken);
            if (claimed == 0 || failed)
                await Task.Delay(failed ? options.Backoff : options.Idle, database.Clock, cancellationToken);
        }
    }

    /// <summary>Checks one batch.</summary>
    /// <returns>How many were looked at, and whether the target failed for some, which stay as they are.</returns>
    /// <exception cref="SinkUnavailableException">The database cannot be reached; the same again is safe.</exception>
    public async Task<(int Checked, bool Failed)> StepAsync(int run, CancellationToken cancellationToken)
    {
        var batch = await database.RunAsync(
            (connection, stop) => connection.Command(ClaimSql, run, options.Batch, options.Lease)
                .ListAsync(row => (Id: row.GetInt64(0), Exam: ExamRows.Read(row, 1)), stop),
            cancellationToken);
        var there = new bool?[batch.Count];
        string? failure = null;
        await Parallel.ForAsync(
            0, batch.Count,
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken },
            async (at, stop) =>
            {
                if (failure is not null)
                    return;
                try
                {
                    there[at] = await holds(batch[at].Exam, stop);
                }
                catch (PacsException e)
                {
                    failure = e.Message;
                }
            });
        if (failure is not null)
            MigrationLog.TargetFailed(logger, run, failure);
        await SettleAsync([.. batch.Select(b => b.Id)], there, cancellationToken);
        return (batch.Count, failure is not null);
    }

    private Task<int> SettleAsync(long[] ids, bool?[] there, CancellationToken stop)
    {
        var known = Enumerable.Range(0, ids.Length).Where(at => there[at] is not null).ToList();
        var unknown = Enumerable.Range(0, ids.Length).Where(at => there[at] is null).Select(at => ids[at]).ToArray();
        return database.TransactAsync(
            async (connection, t) =>
            {
                if (unknown.Length > 0)
                {
                    await connection.Command(
                        "UPDATE pacs_migration.record SET check_until = NULL WHERE record_id = ANY ($1) AND state IS NULL", unknown).ExecuteAsync(t);
                }

                return known.Count == 0 ? 0 : await connection.Command(
                    SettleSql, known.Select(at => ids[at]).ToArray(), known.Select(at => there[at]!.Value).ToArray()).ExecuteAsync(t);
            },
            stop);
    }
}

/// <summary>How the target is asked for what it has already. Immutable.</summary>
public sealed record TargetCheckerOptions
{
    /// <summary>Records that are taken at a time. Default 50; at least 1.</summary>
    public int Batch { get; init; } = 50;

    /// <summary>Questions at a time. Default 4; at least 1.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>After which time others may ask for the same records. Default 5 min; more than 0.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Pause where nothing is to be checked. Default 1 s; more than 0.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause after the target did not answer. Default 5 s; more than 0.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(5);

    internal void Validate()
    {
        if (Batch < 1 || Parallelism < 1 || Lease <= TimeSpan.Zero || Idle <= TimeSpan.Zero || Backoff <= TimeSpan.Zero)
            throw new StreamsException("TargetCheckerOptions: Batch and Parallelism must be at least 1, Lease, Idle and Backoff more than 0.");
    }
}
