using System.Collections.Concurrent;
using System.Globalization;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration.Moving;

/// <summary>
/// Moves studies: collector, fetcher, target, verification and ledger brought together. Work goes on between calls; what is stored is in the ledger after each object, so
/// that a batch goes on where it was, here or elsewhere. Safe for several threads.
/// </summary>
/// <param name="collector">Finds what belongs to a study.</param>
/// <param name="fetcher">Fetches its objects.</param>
/// <param name="target">Takes them.</param>
/// <param name="ledger">Keeps what is expected and what is stored.</param>
/// <param name="options">How.</param>
/// <param name="clock">The clock.</param>
/// <param name="auditor">Is told of each study that was moved; null: nobody is.</param>
internal sealed class StudyMover(
    IStudyCollector collector, IObjectFetcher fetcher, IPacsTarget target, IStudyLedger ledger, MoverOptions options, TimeProvider clock, StudyAuditor? auditor = null)
    : IStudyMover, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);
    private readonly StepJobs _jobs = new(clock);
    private readonly CancellationTokenSource _stop = new();

    /// <inheritdoc/>
    public async ValueTask<StepResult> CollectAsync(string study, MigrationStep step, CancellationToken cancellationToken)
    {
        await GiveUpIdleAsync();
        return await RunAsync(study, step, () => CollectAsync(study, step), static () => Amount.None, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> TransferAsync(string study, MigrationStep step, CancellationToken cancellationToken)
    {
        return await WithSessionAsync(study, step, session => session is null
            ? ValueTask.FromResult(Outdated)
            : RunAsync(study, step, () => TransferAsync(session, step.Batch), () => session.Amount(step.Batch), cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> FinishAsync(string study, MigrationStep step, CancellationToken cancellationToken)
    {
        var result = await WithSessionAsync(study, step, session => session is null
            ? ValueTask.FromResult(Outdated)
            : RunAsync(study, step, () => FinishAsync(session), static () => Amount.None, cancellationToken), cancellationToken);
        if (result.Status == StepStatus.Done && result.Amount.Against(step.Expected) == Topologies.Migration.Completeness.Equal)
            await CloseAsync(study, step.Attempt);
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> RollBackAsync(string study, MigrationStep step, CancellationToken cancellationToken)
    {
        var result = await WithSessionAsync(study, step, session => session is null
            ? ValueTask.FromResult(StepResult.Done(Amount.None)) // nothing was collected, so nothing is stored; or a later attempt owns it
            : RunAsync(study, step, () => RollBackAsync(session), static () => Amount.None, cancellationToken), cancellationToken);
        if (result.Status != StepStatus.Continues)
            await CloseAsync(study, step.Attempt);
        return result;
    }

    /// <summary>Ends all work; what was stored is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (study, entry) in _sessions.ToArray())
            await CloseAsync(study, entry.Session.Attempt);
        _stop.Dispose();
    }

    private static StepResult Outdated => StepResult.Failed(StepFailure.Fenced, "what is kept of the study is of another attempt");

    private async ValueTask<StepResult> WithSessionAsync(
        string study, MigrationStep step, Func<StudySession?, ValueTask<StepResult>> work, CancellationToken cancellationToken)
    {
        StudySession? session;
        try
        {
            session = await SessionAsync(study, step, cancellationToken);
        }
        catch (PacsException e)
        {
            return PacsFailures.ToResult(e);
        }

        return await work(session);
    }

    private async ValueTask<StepResult> RunAsync(
        string study, MigrationStep step, Func<Task<StepResult>> work, Func<Amount> soFar, CancellationToken cancellationToken)
    {
        try
        {
            return await _jobs.RunAsync(new JobKey(study, step.Attempt, step.Kind, step.Batch), work, options.Budget, cancellationToken)
                ?? new StepResult(StepStatus.Continues) { Amount = soFar() };
        }
        catch (PacsException e)
        {
            return PacsFailures.ToResult(e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return StepResult.Failed(StepFailure.Unavailable, "the work was ended from outside");
        }
    }

    private async Task<StepResult> CollectAsync(string study, MigrationStep step)
    {
        if (await ledger.FindExamAsync(step.Run, study, _stop.Token) is not { } exam)
            return StepResult.Failed(StepFailure.Missing, $"the run {step.Run} has no record of the study");
        if (await collector.CollectAsync(exam, _stop.Token) is not { } collection)
            return StepResult.Failed(StepFailure.Missing, "the source knows no such study any more");
        if (collection.Objects.Count == 0)
            return StepResult.Failed(StepFailure.Missing, "the source has the study, and no object of it");
        var batches = BatchPlan.Of(collection, options.BatchObjects, options.BatchBytes);
        await ledger.KeepAsync(step.Run, step.Attempt, collection, batches, _stop.Token);
        return StepResult.Done(new Amount(collection.Objects.Count, null, null)) with
        {
            Batches = batches[^1] + 1,
            Reason = collection.Notes.Count == 0 ? null : string.Join("; ", collection.Notes),
        };
    }

    private async Task<StepResult> TransferAsync(StudySession session, int batch)
    {
        var wanted = session.Objects.Where(o => o.Batch == batch && o.Stored is null).ToDictionary(o => o.Object.Id, StringComparer.Ordinal);
        if (wanted.Count == 0)
            return StepResult.Done(session.Amount(batch));
        var upload = await session.UploadAsync(session.Stop);
        var missing = await fetcher.FetchAsync(
            session.Collection.Exam,
            [.. wanted.Values.Select(o => o.Object)],
            async (fetched, stop) =>
            {
                var stored = await upload.StoreAsync(fetched, stop);
                var kept = wanted[fetched.Object.Id] with { Original = fetched.Digest, Stored = stored };
                await ledger.StoredAsync(session.Run, session.Study, session.Attempt, [kept], stop);
                session.Note(kept);
            },
            session.Stop);
        if (missing.Count == 0)
            return StepResult.Done(session.Amount(batch));
        var first = missing.FirstOrDefault(m => !m.MayComeLater) ?? missing[0];
        return StepResult.Failed(
            missing.All(m => m.MayComeLater) ? StepFailure.Unavailable : StepFailure.Missing,
            string.Create(CultureInfo.InvariantCulture, $"{missing.Count} of {wanted.Count} objects of a batch could not be fetched: {first.Reason}")) with
        {
            Amount = session.Amount(batch),
        };
    }

    private async Task<StepResult> FinishAsync(StudySession session)
    {
        var upload = await session.UploadAsync(session.Stop);
        await upload.CommitAsync(session.Stop);
        var stored = session.Stored.ToList();
        var held = options.Level == VerificationLevel.None ? null : await target.InspectAsync(session.Study, options.Level, session.Stop);
        var verdict = StudyVerification.Compare(session.Collection, stored, held, options.Level, options.Rules);
        if (verdict.Completeness == Dicom.Pacs.Verifying.Completeness.Complete)
        {
            if (auditor is not null)
                await auditor.MovedAsync(session.Collection.Exam, session.Objects, session.Stop);
            return StepResult.Done(SumOf(stored));
        }

        if (verdict.Completeness == Dicom.Pacs.Verifying.Completeness.Wrong)
            return StepResult.Failed(StepFailure.Conflict, $"the target holds something else: {verdict.Reason}");

        // Less: what the target has not is stored once more.
        var gone = verdict.Differences.Where(d => d.Kind == DifferenceKind.Missing).Select(d => d.Id).ToHashSet(StringComparer.Ordinal);
        var again = stored.Where(s => gone.Contains(s.TargetId)).Select(s => s.Id).ToList();
        await ledger.ForgetAsync(session.Run, session.Study, session.Attempt, again, session.Stop);
        session.Forget(again);
        return StepResult.Done(SumOf(stored.Where(s => !gone.Contains(s.TargetId)))) with { Reason = verdict.Reason };
    }

    private async Task<StepResult> RollBackAsync(StudySession session)
    {
        await session.CancelAsync();
        await _jobs.EndAsync(session.Study, session.Attempt, _stop.Token);
        try
        {
            var upload = await session.UploadAsync(_stop.Token);
            await upload.RollBackAsync(_stop.Token);
        }
        catch (PacsException e) when (e.Failure == PacsFailure.Fenced)
        {
            return StepResult.Done(Amount.None); // a later attempt owns the study: what this one stored is its business
        }

        await ledger.ForgetAsync(session.Run, session.Study, session.Attempt, null, _stop.Token);
        return StepResult.Done(Amount.None);
    }

    /// <summary>The attempt's session; null where the ledger has another attempt's collection, or none.</summary>
    private async ValueTask<StudySession?> SessionAsync(string study, MigrationStep step, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamp();
        if (_sessions.TryGetValue(study, out var known) && known.Session.Attempt >= step.Attempt)
        {
            known.LastUse = now;
            return known.Session.Attempt == step.Attempt ? known.Session : null;
        }

        if (known is not null)
            await CloseAsync(study, known.Session.Attempt);
        if (await ledger.ReadAsync(step.Run, study, step.Attempt, cancellationToken) is not { } kept)
            return null;
        var session = new StudySession(step.Run, step.Attempt, kept, target, _stop.Token);
        var entry = _sessions.GetOrAdd(study, _ => new Entry(session, now));
        if (entry.Session == session)
            return session;
        await session.DisposeAsync();
        return entry.Session.Attempt == step.Attempt ? entry.Session : null;
    }

    private async ValueTask CloseAsync(string study, int attempt)
    {
        if (_sessions.TryGetValue(study, out var entry) && entry.Session.Attempt <= attempt && _sessions.TryRemove(KeyValuePair.Create(study, entry)))
        {
            await entry.Session.CancelAsync();
            await _jobs.EndAsync(study, attempt, CancellationToken.None);
            await entry.Session.DisposeAsync();
        }
    }

    private async ValueTask GiveUpIdleAsync()
    {
        foreach (var (study, entry) in _sessions)
        {
            if (clock.GetElapsedTime(entry.LastUse) > options.Idle)
                await CloseAsync(study, entry.Session.Attempt);
        }
    }

    private static Amount SumOf(IEnumerable<StoredObject> stored) => StudySession.Sum(stored);

    private sealed class Entry(StudySession session, long lastUse)
    {
        public StudySession Session => session;

        public long LastUse { get; set; } = lastUse;
    }
}
