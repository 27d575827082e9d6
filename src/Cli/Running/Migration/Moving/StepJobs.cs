using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration.Moving;

/// <summary>
/// Work that may take longer than a call: a call waits for it for a while, and the next one for the same goes on waiting. Safe for several threads.
/// </summary>
internal sealed class StepJobs(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<JobKey, Task<StepResult>> _jobs = [];

    /// <summary>The result where it is there within the budget; null: not yet.</summary>
    public async ValueTask<StepResult?> RunAsync(JobKey key, Func<Task<StepResult>> work, TimeSpan budget, CancellationToken cancellationToken)
    {
        Task<StepResult>? job;
        lock (_gate)
        {
            if (!_jobs.TryGetValue(key, out job))
                _jobs.Add(key, job = Task.Run(work, CancellationToken.None));
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(job, Task.Delay(budget, clock, waiting.Token));
        await waiting.CancelAsync();
        if (!job.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }

        lock (_gate)
            _jobs.Remove(key);
        return await job;
    }

    /// <summary>Waits until no work of an attempt runs here; the caller has asked it to end. Its results are dropped.</summary>
    public async ValueTask EndAsync(string study, int attempt, CancellationToken cancellationToken)
    {
        List<KeyValuePair<JobKey, Task<StepResult>>> jobs;
        lock (_gate)
            jobs = [.. _jobs.Where(j => j.Key.Study == study && j.Key.Attempt <= attempt && j.Key.Kind != StepKind.RollBack)];
        Task all = Task.WhenAll(jobs.Select(j => j.Value));
        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            foreach (var (key, _) in jobs)
                _jobs.Remove(key);
        }
    }
}

/// <summary>What is being done.</summary>
internal readonly record struct JobKey(string Study, int Attempt, StepKind Kind, int Batch);
