using System.Collections.Concurrent;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;

namespace MedStreams.Sinks.Pacs;

/// <summary>The upload of one study by STOW-RS. Safe for several threads.</summary>
internal sealed class StowUpload : IStudyUpload
{
    private readonly StowTarget _target;
    private readonly string _study;
    private readonly int _attempt;
    private readonly IReadOnlyDictionary<string, string> _held; // series by instance, as the target listed them at the beginning
    private readonly ConcurrentDictionary<string, StoredObject> _stored = new(StringComparer.Ordinal);
    private readonly StowBatches _batches;

    public StowUpload(StowTarget target, StudyCollection study, int attempt, IReadOnlyDictionary<string, string> held)
    {
        (_target, _study, _attempt, _held) = (target, study.Exam.StudyInstanceUid, attempt, held);
        _batches = new StowBatches(target.Stow, _study, target.Options);
    }

    public async ValueTask<StoredObject> StoreAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        ThrowIfFenced();
        if (fetched.Object.Kind != StudyObjectKind.Instance)
            throw new PacsException($"{_target.Name}: it takes DICOM instances only; have documents wrapped.") { Failure = PacsFailure.Refused };
        if (_stored.TryGetValue(fetched.Object.Id, out var already) && already.Expected == fetched.Digest)
            return already;
        var stored = _held.TryGetValue(fetched.Object.Id, out var series)
            ? await CompareAsync(fetched, series, cancellationToken)
            : await SendAsync(fetched, cancellationToken);
        return _stored[fetched.Object.Id] = stored;
    }

    /// <summary>Waits until the target counts, or lists, all that was stored: only then a study is whole there.</summary>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        ThrowIfFenced();
        var all = _stored.Values.Select(s => s.TargetId).Union(_held.Keys, StringComparer.Ordinal).Count();
        if (await _target.CountAsync(_study, cancellationToken) >= all)
            return;
        var since = _target.Options.Time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause *= 2)
        {
            var listed = (await _target.ListAsync(_study, cancellationToken)).Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
            var missing = _stored.Values.Count(s => !listed.Contains(s.TargetId));
            if (missing == 0)
                return;
            if (_target.Options.Time.GetElapsedTime(since) > _target.Options.ListingDelay)
                throw new PacsException($"{_target.Name}: it does not list {missing} of {_stored.Count} instances that it said it stored.") { Failure = PacsFailure.Refused };
            await Task.Delay(pause, _target.Options.Time, cancellationToken);
        }
    }

    /// <summary>Nothing can be taken back: to store the same again changes nothing.</summary>
    public ValueTask RollBackAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The target has something under this UID: what it is decides.</summary>
    private async Task<StoredObject> CompareAsync(FetchedObject fetched, string series, CancellationToken cancellationToken)
    {
        var held = await _target.FetchAsync(new DicomWebPath(_study, series, fetched.Object.Id), cancellationToken);
        if (held is null)
            return await SendAsync(fetched, cancellationToken); // listed, and not there
        if (_target.IsSame(held, fetched.Digest))
            return new StoredObject(fetched.Object.Id, fetched.Object.Id, fetched.Digest, WasThere: true);
        switch (_target.Options.Conflicts)
        {
            case ConflictPolicy.Keep:
                return new StoredObject(fetched.Object.Id, fetched.Object.Id, new ObjectDigest(held.Sha256!, held.Bytes!.Value) { Content = held.Content }, WasThere: true)
                {
                    Note = "The target keeps other content under the same UID, as the policy says.",
                };
            case ConflictPolicy.Replace:
                var stored = await SendAsync(fetched, cancellationToken);
                await ConfirmAsync(fetched, series, "It was to be replaced, and the target keeps what it had.", cancellationToken);
                return stored with { Note = "Other content under the same UID was replaced, as the policy says." };
            default:
                throw Conflict("The target holds other content under the same UID.");
        }
    }

    private async Task<StoredObject> SendAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        StowResult result;
        try
        {
            result = await _batches.SendAsync(fetched, cancellationToken);
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(_target.Name);
        }

        if (result is { Outcome: StowOutcome.Failed, Reason: { } reason } && reason.Code != StowReason.Duplicate)
            throw new PacsException($"{_target.Name}: it did not store an object: {reason}.") { Failure = reason.MayBeRepeated ? PacsFailure.Unavailable : PacsFailure.Refused };
        if (result is { Outcome: StowOutcome.Stored, Reason: { IsChange: true } change })
            throw new PacsException($"{_target.Name}: it stored something else than it was given: {change}.") { Failure = PacsFailure.Conflict };
        if (result.Outcome != StowOutcome.Stored) // it says nothing, or that the object was there: what it gives back tells
            await ConfirmAsync(fetched, fetched.Object.SeriesInstanceUid, $"The target does not say that it stored an object, and holds other content ({result.Reason}).", cancellationToken);
        return new StoredObject(fetched.Object.Id, fetched.Object.Id, fetched.Digest, WasThere: false);
    }

    private async Task ConfirmAsync(FetchedObject fetched, string series, string otherwise, CancellationToken cancellationToken)
    {
        var held = await _target.FetchAsync(new DicomWebPath(_study, series, fetched.Object.Id), cancellationToken);
        if (held is null)
            throw new PacsException($"{_target.Name}: it does not say that it stored an object, and does not have it.") { Failure = PacsFailure.Refused };
        if (!_target.IsSame(held, fetched.Digest))
            throw Conflict(otherwise);
    }

    private PacsException Conflict(string what) => new($"{_target.Name}: {what}") { Failure = PacsFailure.Conflict };

    private void ThrowIfFenced()
    {
        if (_target.IsFenced(_study, _attempt))
            throw _target.Fenced();
    }
}
