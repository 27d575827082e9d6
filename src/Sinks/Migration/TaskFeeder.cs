using MedStreams.Dicom.Pacs;
using MedStreams.Streams;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>A study that goes into the queue.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Number">The task's number: unique in the database, and growing.</param>
/// <param name="Attempt">The first attempt it may make: larger than all that the study ever had, in any run.</param>
/// <param name="Exam">The record.</param>
/// <param name="HasAppointment">Whether its patient is expected, so that it goes first.</param>
/// <param name="QueuedAt">When.</param>
public sealed record FedTask(string Run, long Number, int Attempt, ExamRecord Exam, bool HasAppointment, DateTimeOffset QueuedAt);

/// <summary>Makes the bytes that go into the topic of tasks.</summary>
public delegate byte[] TaskPayload(FedTask task);

/// <summary>Why a feeder stopped where it did.</summary>
public enum FeedEnd
{
    /// <summary>There is more, and room for it.</summary>
    More,

    /// <summary>The queue is full.</summary>
    Full,

    /// <summary>Nothing is pending.</summary>
    Empty,

    /// <summary>The run is held.</summary>
    Held,
}

/// <summary>What a look at the queue brought.</summary>
/// <param name="Fed">How many studies went into it.</param>
/// <param name="End">Why not more.</param>
public readonly record struct FeedResult(int Fed, FeedEnd End);

/// <summary>
/// Puts pending records into the queue while it has room (S3.5): pending becomes running and the task enters the outbox in one transaction. Several may do so at a time, on
/// several machines: no study is in the queue twice, and the queue never has more than its capacity.
/// </summary>
/// <param name="database">Where records and the outbox are.</param>
/// <param name="payload">Makes a task's bytes.</param>
/// <param name="options">How often is looked.</param>
/// <param name="logger">Takes what an operator should know.</param>
public sealed class TaskFeeder(MigrationDatabase database, TaskPayload payload, TaskFeederOptions options, ILogger<TaskFeeder> logger)
{
    private const long LockKey = 0x4D65_6453_4665_6564; // "MedSFeed"

    /// <summary>Feeds until it is stopped; where the queue is full, nothing is pending or the run is held, it looks again after a while.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StreamsException">An option is out of its range, or the database refuses.</exception>
    public async Task RunAsync(int run, CancellationToken cancellationToken)
    {
        options.Validate();
        var patience = new Patience(database.Clock, logger, "feeding");
        while (true)
        {
            var result = await patience.ReachAsync(stop => FeedAsync(run, stop), cancellationToken);
            if (result.End != FeedEnd.More)
                await Task.Delay(options.Interval, database.Clock, cancellationToken);
        }
    }

    /// <summary>Feeds one batch at most.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached; the same again is safe.</exception>
    public Task<FeedResult> FeedAsync(int run, CancellationToken cancellationToken) => database.TransactAsync(
        (connection, stop) => FeedAsync(connection, run, stop), cancellationToken);

    private async Task<FeedResult> FeedAsync(NpgsqlConnection connection, int run, CancellationToken stop)
    {
        // The run's row is the queue's lock: who counts under it sees what all others have put in.
        var found = await connection.Command(
            "SELECT name, capacity, paused, feed_order FROM pacs_migration.run WHERE run_id = $1 FOR NO KEY UPDATE", run).ListAsync(
            row => (Name: row.GetString(0), Capacity: row.GetInt32(1), Held: row.GetBoolean(2), Order: row.GetString(3)), stop);
        if (found is not [var settings])
            throw new StreamsException($"There is no migration run {run}.");
        if (settings.Held)
            return new FeedResult(0, FeedEnd.Held);
        var room = settings.Capacity - (int)await connection.Command(
            "SELECT count(*) FROM pacs_migration.record WHERE run_id = $1 AND state = 'running'", run).ScalarAsync<long>(stop);
        if (room <= 0)
            return new FeedResult(0, FeedEnd.Full);

        // Runs share studies: two of them take none at a time.
        await connection.Command("SELECT pg_advisory_xact_lock($1)", LockKey).ExecuteAsync(stop);
        var batch = Math.Min(room, options.Batch);
        var tasks = await TaskRows.TakeAsync(connection, run, settings.Name, MigrationRuns.OrderOf(settings.Order), batch, stop);
        if (tasks.Count > 0)
            await TaskRows.PutAsync(connection, tasks, payload, stop);
        return new FeedResult(tasks.Count, tasks.Count < batch ? FeedEnd.Empty : batch == room ? FeedEnd.Full : FeedEnd.More);
    }
}

/// <summary>How the queue is filled. Immutable.</summary>
public sealed record TaskFeederOptions
{
    /// <summary>Studies in one transaction. Default 100; at least 1.</summary>
    public int Batch { get; init; } = 100;

    /// <summary>Pause before looking again where nothing could be put in. Default 500 ms; more than 0.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    internal void Validate()
    {
        if (Batch < 1 || Interval <= TimeSpan.Zero)
            throw new StreamsException("TaskFeederOptions: Batch must be at least 1, Interval more than 0.");
    }
}
