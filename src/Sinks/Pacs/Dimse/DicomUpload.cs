using System.Collections.Concurrent;
using MedStreams.Dicom;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Sinks.Pacs;

/// <summary>The upload of one study by C-STORE. Safe for several threads.</summary>
internal sealed class DicomUpload : IStudyUpload
{
    private static readonly DimseStatus MismatchTaken = new(0xB007);
    private readonly DicomTarget _target;
    private readonly string _study;
    private readonly int _attempt;
    private readonly IReadOnlyDictionary<string, StudyObject>? _held; // as the node listed it at the beginning; null: it does not list
    private readonly ConcurrentDictionary<string, (StoredObject Stored, string SopClass)> _stored = new(StringComparer.Ordinal);

    public DicomUpload(DicomTarget target, StudyCollection study, int attempt, IReadOnlyDictionary<string, StudyObject>? held) =>
        (_target, _study, _attempt, _held) = (target, study.Exam.StudyInstanceUid, attempt, held);

    public async ValueTask<StoredObject> StoreAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        ThrowIfFenced();
        if (fetched.Object.Kind != StudyObjectKind.Instance || fetched.SopClassUid is null || fetched.Syntax is null)
            throw new PacsException($"{_target.Name}: it takes DICOM instances only; have documents wrapped.") { Failure = PacsFailure.Refused };
        if (_stored.TryGetValue(fetched.Object.Id, out var already) && already.Stored.Expected == fetched.Digest)
            return already.Stored;
        var stored = _held?.GetValueOrDefault(fetched.Object.Id) is { } held
            ? await CompareAsync(fetched, held, cancellationToken)
            : await SendAsync(fetched, cancellationToken);
        _stored[fetched.Object.Id] = (stored, fetched.SopClassUid);
        return stored;
    }

    /// <summary>Has the node answer for all that was stored; where it does not offer that, waits until it counts, or lists, all.</summary>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        ThrowIfFenced();
        if (_stored.IsEmpty)
            return;
        var isCommitted = _target.Options.Commitment != CommitmentPolicy.Never && await RequestCommitmentAsync(cancellationToken);
        if (!isCommitted && _target.Options.Commitment == CommitmentPolicy.Required)
            throw new PacsException($"{_target.Name}: it does not offer Storage Commitment, which is required.") { Failure = PacsFailure.Refused };
        if (!isCommitted && _held is not null)
            await WaitForListingAsync(cancellationToken);
    }

    /// <summary>Nothing can be taken back: to store the same again changes nothing.</summary>
    public ValueTask RollBackAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The node has something under this UID: what it is decides.</summary>
    private async Task<StoredObject> CompareAsync(FetchedObject fetched, StudyObject listed, CancellationToken cancellationToken)
    {
        var held = await _target.FetchAsync(_study, listed, cancellationToken);
        if (held.Sha256 is null)
            return await SendAsync(fetched, cancellationToken); // listed, and not there
        if (IsSame(fetched.Digest, held))
            return new StoredObject(fetched.Object.Id, fetched.Object.Id, fetched.Digest, WasThere: true);
        switch (_target.Options.Conflicts)
        {
            case ConflictPolicy.Keep:
                var kept = new ObjectDigest(held.Sha256, held.Bytes!.Value) { Content = held.Content };
                return new StoredObject(fetched.Object.Id, fetched.Object.Id, kept, WasThere: true);
            case ConflictPolicy.Replace:
                var stored = await SendAsync(fetched, cancellationToken);
                if (!IsSame(fetched.Digest, await _target.FetchAsync(_study, listed, cancellationToken)))
                    throw Conflict("It was to be replaced, and the node keeps what it had.");
                return stored;
            default:
                throw Conflict("The node holds other content under the same UID.");
        }
    }

    private async Task<StoredObject> SendAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        var status = await CStoreAsync(fetched, cancellationToken);
        if (status == DimseStatus.DuplicateInstance)
        {
            if (!IsSame(fetched.Digest, await _target.FetchAsync(_study, fetched.Object, cancellationToken)))
                throw Conflict("The node says that it holds this UID already, and does not give back the same content.");
            return new StoredObject(fetched.Object.Id, fetched.Object.Id, fetched.Digest, WasThere: true);
        }

        if (status.Kind == DimseStatusKind.Warning && status != MismatchTaken)
            throw Conflict($"It stored something else than it was given: {status}.");
        if (!status.IsDone)
        {
            throw new PacsException($"{_target.Name}: it did not store an object: {status}.")
            {
                Failure = status.IsTransient ? PacsFailure.Unavailable : PacsFailure.Refused,
            };
        }

        return new StoredObject(fetched.Object.Id, fetched.Object.Id, fetched.Digest, WasThere: false);
    }

    private async Task<DimseStatus> CStoreAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        try
        {
            return await _target.Store.SendAsync(
                fetched.SopClassUid!,
                fetched.Syntax!,
                async association =>
                {
                    await using var file = fetched.Content.OpenRead();
                    return await association.StoreFileAsync(fetched.SopClassUid!, fetched.Object.Id, file, cancellationToken);
                },
                cancellationToken);
        }
        catch (DicomNetworkException e)
        {
            throw e.ToPacs(_target.Name);
        }
        catch (DicomException e)
        {
            throw new PacsException($"{_target.Name}: an object that is to be stored is no DICOM file: {e.Message}", e) { Failure = PacsFailure.Refused };
        }
    }

    private async Task<bool> RequestCommitmentAsync(CancellationToken cancellationToken)
    {
        var failed = new List<CommitmentFailure>();
        foreach (var batch in _stored.Values.Chunk(_target.Options.CommitmentBatch))
        {
            var instances = batch.Select(b => new InstanceReference(b.SopClass, b.Stored.TargetId)).ToList();
            var report = await _target.Commitment.RequestAsync(instances, _target.Options.CommitmentTimeout, cancellationToken);
            if (report is null)
                return false;
            var committed = report.Committed.Select(c => c.SopInstance).ToHashSet(StringComparer.Ordinal);
            var reasons = report.Failed.ToLookup(f => f.Instance.SopInstance, f => f.Reason, StringComparer.Ordinal);
            failed.AddRange(instances.Where(i => !committed.Contains(i.SopInstance)).Select(i =>
                new CommitmentFailure(i, reasons[i.SopInstance].FirstOrDefault(DimseStatus.ProcessingFailure))));
        }

        return failed.Count == 0 ? true : throw new PacsException(
            $"{_target.Name}: it does not answer for {failed.Count} of {_stored.Count} instances: {string.Join(", ", failed.Select(f => f.Reason).Distinct())}.")
        {
            Failure = failed.TrueForAll(f => f.Reason.IsTransient) ? PacsFailure.Unavailable : PacsFailure.Refused,
        };
    }

    private async Task WaitForListingAsync(CancellationToken cancellationToken)
    {
        // A number is one answer, a list one for each instance. Whether they are the right ones is the verification's question.
        var all = _stored.Values.Select(s => s.Stored.TargetId).Union(_held!.Keys, StringComparer.Ordinal).Count();
        if (await _target.CountAsync(_study, cancellationToken) >= all)
            return;
        var since = _target.Time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause *= 2)
        {
            var listed = (await _target.ListAsync(_study, cancellationToken) ?? []).Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
            var missing = _stored.Values.Count(s => !listed.Contains(s.Stored.TargetId));
            if (missing == 0)
                return;
            if (_target.Time.GetElapsedTime(since) > _target.Options.ListingDelay)
                throw new PacsException($"{_target.Name}: it does not list {missing} of {_stored.Count} instances that it said it stored.") { Failure = PacsFailure.Refused };
            await Task.Delay(pause, _target.Time, cancellationToken);
        }
    }

    private bool IsSame(ObjectDigest digest, HeldObject held) =>
        held.Sha256 is not null && StudyVerification.Compare(digest, held, VerificationLevel.Digests, _target.Options.Equality) is null;

    private PacsException Conflict(string what) => new($"{_target.Name}: {what}") { Failure = PacsFailure.Conflict };

    private void ThrowIfFenced()
    {
        if (_target.IsFenced(_study, _attempt))
            throw _target.Fenced();
    }
}
