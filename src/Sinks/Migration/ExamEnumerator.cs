using MedStreams.Dicom.Pacs;
using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// Brings a run's examinations from the source into the migration database: window by window, page by page (S3.1, S3.2). Several threads, processes and machines may do so for
/// the same run; each window is read by one at a time, and one that died is replaced where its last page ended.
/// </summary>
/// <param name="database">Where records go.</param>
/// <param name="source">Where they come from.</param>
/// <param name="options">How it is asked.</param>
/// <param name="logger">Takes what an operator should know.</param>
public sealed class ExamEnumerator(MigrationDatabase database, IExamSource source, ExamEnumeratorOptions options, ILogger<ExamEnumerator> logger)
{
    private readonly string _owner = $"{database.Options.Owner}/{Guid.NewGuid():N}";

    /// <summary>Reads until no window is left, whoever reads the last ones; waits while the run is held, or source or database are away.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the reading; the windows go on elsewhere, or later.</param>
    /// <exception cref="StreamsException">An option is out of its range, or the database refuses.</exception>
    public async Task RunAsync(int run, CancellationToken cancellationToken)
    {
        options.Validate();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable.Range(0, options.Parallelism).Select(_ => Task.Run(() => WorkAsync(run, linked.Token), CancellationToken.None)).ToList();
        while (workers.Count > 0)
        {
            var ended = await Task.WhenAny(workers);
            workers.Remove(ended);
            if (!ended.IsCompletedSuccessfully)
                await linked.CancelAsync();
            if (workers.Count == 0 || !ended.IsCompletedSuccessfully)
            {
                await Task.WhenAll(workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its failure is the one that counts
                await ended;
            }
        }
    }

    private async Task WorkAsync(int run, CancellationToken stop)
    {
        var patience = new Patience(database.Clock, logger, "enumeration");
        while (true)
        {
            var (claimed, left) = await patience.ReachAsync(
                token => database.TransactAsync(
                    async (connection, t) => await WindowRows.ClaimAsync(connection, run, _owner, options.Lease, t) is { } window
                        ? (window, WindowsLeft.Later)
                        : (null, await WindowRows.LeftAsync(connection, run, t)),
                    token),
                stop);
            if (claimed is not null)
                await ReadAsync(claimed, patience, stop);
            else if (left == WindowsLeft.None)
                return;
            else
                await Task.Delay(options.Idle, database.Clock, stop);
        }
    }

    /// <summary>Reads a window page by page until it ends, fails, is lost, or the run is held.</summary>
    private async Task ReadAsync(ClaimedWindow window, Patience patience, CancellationToken stop)
    {
        try
        {
            while (await PageAsync(window, stop) is { } next)
            {
                window = window with { Continuation = next };
                if (options.Period > TimeSpan.Zero)
                    await Task.Delay(options.Period, database.Clock, stop);
            }
        }
        catch (SinkUnavailableException)
        {
            // Whether the last page is in the database, the next claim reads there.
            await patience.ReachAsync(token => database.RunAsync((c, t) => Done(WindowRows.ReleaseAsync(c, window, t)), token), stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await GiveBackAsync(window);
            throw;
        }
    }

    /// <summary>Reads a page and writes it.</summary>
    /// <returns>Where the next one begins; null: that was all for now.</returns>
    private async Task<string?> PageAsync(ClaimedWindow window, CancellationToken stop)
    {
        ExamPage page;
        try
        {
            using var limit = new CancellationTokenSource(options.Timeout, database.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
            try
            {
                page = await source.ReadPageAsync(window.Window, window.Continuation, window.PageSize, either.Token).AsTask().WaitAsync(either.Token);
            }
            catch (OperationCanceledException e) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                throw new PacsException($"The source did not answer within {options.Timeout}.", e);
            }

            if (page.Continuation is not null && page.Continuation == window.Continuation)
                throw new PacsException("The source gives the same page again and again.");
        }
        catch (PacsException e)
        {
            await FailedAsync(window, e.Message, stop);
            return null;
        }

        var outcome = await database.TransactAsync((connection, t) => PageRows.WriteAsync(connection, window, page, options.Lease, t), stop);
        if (outcome == PageOutcome.Lost)
            MigrationLog.WindowLost(logger, window.Run, window.Id);
        return outcome == PageOutcome.More ? page.Continuation : null;
    }

    private async Task FailedAsync(ClaimedWindow window, string error, CancellationToken stop)
    {
        MigrationLog.SourceFailed(logger, source.Name, window.Run, window.Id, error);
        await database.TransactAsync(
            async (connection, t) =>
            {
                var failures = await WindowRows.FailAsync(connection, window, error, options.Backoff, options.BackoffMax, t);
                if (failures == options.AlertAfter)
                    await AlertRows.RaiseAsync(connection, window.Run, null, AlertRows.Source, $"Window {window.Id} failed {failures} times: {error}", t);
                return failures;
            },
            stop);
    }

    /// <summary>So that others need not wait for the lease's end.</summary>
    private async Task GiveBackAsync(ClaimedWindow window)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await database.RunAsync((connection, t) => Done(WindowRows.ReleaseAsync(connection, window, t)), limit.Token);
        }
        catch (Exception e) when (e is StreamsException or OperationCanceledException)
        {
            MigrationLog.NotGivenBack(logger, window.Run, window.Id, e.GetType().Name);
        }
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }
}
