using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// The upload of one study. Each object is staged in the index before its file gets its name (so no sweep takes it), and counts once the file is durable. Safe
/// for several threads.
/// </summary>
internal sealed class ArchiveUpload(UploadIndex index, CommitIndex commits, ObjectStore store, ArchiveOptions options, StudyCollection study, int attempt, long upload)
    : IStudyUpload
{
    private const string Replaced = "The archive had other content under this UID; it is kept as an older version.";

    private readonly HashSet<string> _expected = study.Objects.Select(o => o.Id).ToHashSet(StringComparer.Ordinal);

    private string StudyUid => study.Exam.StudyInstanceUid;

    /// <inheritdoc/>
    public async ValueTask<StoredObject> StoreAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        var id = fetched.Object.Id;
        if (!_expected.Contains(id))
            throw new PacsException("An object was to be stored that is not of the collection.") { Failure = PacsFailure.Refused };
        try
        {
            if (await index.StagedAsync(upload, StudyUid, id, cancellationToken) is { IsStored: true } staged && staged.Digest == fetched.Digest && store.IsThere(staged.File, staged.StoredBytes))
                return await AnswerAsync(fetched, staged, cancellationToken);
            var visible = await index.VisibleAsync(fetched.Object.Kind, StudyUid, id, cancellationToken);
            if (visible is { IsDamaged: false } && visible.StudyUid == StudyUid && visible.Digest == fetched.Digest && store.IsThere(visible.File, visible.StoredBytes))
                return await StageVisibleAsync(fetched, visible, cancellationToken);
            return await WriteAsync(fetched, cancellationToken);
        }
        catch (PacsException e) when (e.Failure == PacsFailure.Fenced)
        {
            return await FencedAsync(fetched, e, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(CancellationToken cancellationToken) => await commits.CommitAsync(upload, study, attempt, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RollBackAsync(CancellationToken cancellationToken) => await index.RollBackAsync(upload, cancellationToken);

    /// <summary>Nothing is held that would have to be given back: what is staged waits for the next call with this attempt.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<StoredObject> StageVisibleAsync(FetchedObject fetched, KnownObject visible, CancellationToken cancellationToken)
    {
        var staged = new StagedObject
        {
            ObjectId = fetched.Object.Id,
            TargetId = visible.TargetId,
            Kind = fetched.Object.Kind,
            Digest = fetched.Digest,
            File = visible.File,
            PlainBytes = 0,
            StoredBytes = visible.StoredBytes,
        };
        var (_, now) = await index.PromiseAsync(upload, StudyUid, staged, seen => seen?.Digest == staged.Digest ? StagedOutcome.Equal : null, cancellationToken);
        return now is not null && now.Digest == fetched.Digest
            ? new StoredObject(staged.ObjectId, staged.TargetId, fetched.Digest, WasThere: true)
            : throw new PacsException("The archive has changed under this upload: again.");
    }

    private async ValueTask<StoredObject> WriteAsync(FetchedObject fetched, CancellationToken cancellationToken)
    {
        var compression = fetched.Syntax is { } syntax && (syntax.IsEncapsulated || syntax.IsDeflated) ? ArchiveCompression.None : options.Compression;
        await using var writer = await store.CreateAsync(compression, Convert.FromHexString(fetched.Digest.Sha256), cancellationToken);
        var staged = await ObjectIntake.CopyAsync(fetched, writer, cancellationToken);
        var (outcome, visible) = await index.PromiseAsync(upload, StudyUid, staged, seen => Decide(seen, staged), cancellationToken);
        switch (outcome)
        {
            case null:
                await index.RecordRefusalAsync(StudyUid, attempt, staged, visible!, cancellationToken);
                throw new PacsException(
                    visible!.StudyUid == StudyUid
                        ? "The archive has other content under the same UID; both digests stand in medstreams.archive_conflict."
                        : "The archive has this instance in another study; medstreams.archive_conflict tells which.")
                {
                    Failure = PacsFailure.Conflict,
                };
            case StagedOutcome.Equal:
                return new StoredObject(staged.ObjectId, staged.TargetId, staged.Digest, WasThere: true);
            case StagedOutcome.Kept:
                return Kept(staged.ObjectId, visible!);
        }

        if (outcome == StagedOutcome.Mended || !store.IsThere(writer.Name, writer.StoredBytes))
            store.Publish(writer);
        if (!await index.FulfilAsync(upload, staged, cancellationToken))
            throw new PacsException("A later attempt has taken this study over.") { Failure = PacsFailure.Fenced };
        return new StoredObject(staged.ObjectId, staged.TargetId, staged.Digest, WasThere: false) { Note = outcome == StagedOutcome.Replaced ? Replaced : null };
    }

    private StagedOutcome? Decide(KnownObject? visible, StagedObject staged)
    {
        if (visible is null)
            return StagedOutcome.New;
        if (visible.StudyUid != StudyUid)
            return null;
        if (visible.Digest == staged.Digest)
            return visible.IsDamaged || !store.IsThere(visible.File, visible.StoredBytes) ? StagedOutcome.Mended : StagedOutcome.Equal;
        return options.Conflicts switch
        {
            ArchiveConflictPolicy.KeepOld => StagedOutcome.Kept,
            ArchiveConflictPolicy.Replace => StagedOutcome.Replaced,
            _ => null,
        };
    }

    /// <summary>The answer for an object that this attempt has staged before.</summary>
    private async ValueTask<StoredObject> AnswerAsync(FetchedObject fetched, KnownObject staged, CancellationToken cancellationToken)
    {
        if (staged.Outcome == StagedOutcome.Kept && await index.VisibleAsync(fetched.Object.Kind, StudyUid, staged.TargetId, cancellationToken) is { } held)
            return Kept(fetched.Object.Id, held);
        return new StoredObject(fetched.Object.Id, staged.TargetId, fetched.Digest, WasThere: staged.Outcome == StagedOutcome.Equal)
        {
            Note = staged.Outcome == StagedOutcome.Replaced ? Replaced : null,
        };
    }

    private static StoredObject Kept(string id, KnownObject held) =>
        new(id, held.TargetId, held.Digest, WasThere: false) { Note = "The archive keeps other content under this UID; the new one was not stored." };

    /// <summary>The upload is gone: taken over, or committed by another process with this very attempt, which then shows the object.</summary>
    private async ValueTask<StoredObject> FencedAsync(FetchedObject fetched, PacsException fence, CancellationToken cancellationToken)
    {
        if (await index.IsCommittedAsync(StudyUid, attempt, cancellationToken)
            && await index.VisibleAsync(fetched.Object.Kind, StudyUid, fetched.Object.Id, cancellationToken) is { } visible
            && visible.StudyUid == StudyUid && visible.Digest == fetched.Digest)
        {
            return new StoredObject(fetched.Object.Id, visible.TargetId, visible.Digest, WasThere: true);
        }

        throw fence;
    }
}
