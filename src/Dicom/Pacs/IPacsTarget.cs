namespace MedStreams.Dicom.Pacs;

/// <summary>The new PACS. Safe for several threads.</summary>
public interface IPacsTarget
{
    /// <summary>What it is called in reports and logs; no secret.</summary>
    string Name { get; }

    /// <summary>Whether objects stay invisible until <see cref="IStudyUpload.CommitAsync"/>, or each is visible as it comes, as a DICOM node has it.</summary>
    bool IsTransactional { get; }

    /// <summary>
    /// Begins, or goes on with, the upload of a study. Safe to call again after a crash with the same attempt; a later attempt fences an earlier one, which can
    /// then neither store nor commit.
    /// </summary>
    /// <param name="study">What is to be there in the end.</param>
    /// <param name="attempt">Counted from 1, for each study; only grows.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PacsException">The target did not answer, or refuses.</exception>
    ValueTask<IStudyUpload> BeginAsync(StudyCollection study, int attempt, CancellationToken cancellationToken);

    /// <summary>What the target holds of a study, as far as that level can see.</summary>
    /// <param name="studyInstanceUid">Which.</param>
    /// <param name="level">How closely.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Its objects; null where it has no such study.</returns>
    /// <exception cref="PacsException">The target did not answer, or cannot tell so closely.</exception>
    ValueTask<HeldStudy?> InspectAsync(string studyInstanceUid, VerificationLevel level, CancellationToken cancellationToken);
}

/// <summary>The upload of one study. Objects may be stored by several threads at a time.</summary>
public interface IStudyUpload : IAsyncDisposable
{
    /// <summary>Stores an object; when this returns, it survives the death of this process. Storing the same again changes nothing.</summary>
    /// <exception cref="PacsException">It was refused, is there already with other content, or this attempt was fenced.</exception>
    ValueTask<StoredObject> StoreAsync(FetchedObject fetched, CancellationToken cancellationToken);

    /// <summary>Makes the study visible and asks the target to take responsibility for it, where it can. Calling it again changes nothing.</summary>
    /// <exception cref="PacsException">The target misses some, or refuses, or this attempt was fenced.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken);

    /// <summary>Takes back what is not yet visible. A node that has no transactions keeps what it has: storing it again changes nothing.</summary>
    ValueTask RollBackAsync(CancellationToken cancellationToken);
}

/// <summary>What became of an object.</summary>
/// <param name="Id">Which: <see cref="StudyObject.Id"/>.</param>
/// <param name="TargetId">What names it in the target: differs for a document that was wrapped, and where rules change UIDs.</param>
/// <param name="Expected">What the target must answer when asked for it: the original's digest, or that of the changed or wrapped object.</param>
/// <param name="WasThere">Whether the target had it already, equal.</param>
public sealed record StoredObject(string Id, string TargetId, ObjectDigest Expected, bool WasThere)
{
    /// <summary>What a report must tell of it, without patient data: that the target keeps other content, or replaced it; null: nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>What a PACS holds of a study.</summary>
/// <param name="StudyInstanceUid">Which.</param>
/// <param name="Objects">Its objects; empty at <see cref="VerificationLevel.Record"/>.</param>
public sealed record HeldStudy(string StudyInstanceUid, IReadOnlyList<HeldObject> Objects);

/// <summary>An object in a PACS.</summary>
/// <param name="Id">Its SOP Instance UID, or its name.</param>
/// <param name="Bytes">The bytes that its digest counts; null where the level or the PACS does not tell.</param>
/// <param name="Sha256">Its digest; null where the level does not tell.</param>
public sealed record HeldObject(string Id, long? Bytes, string? Sha256)
{
    /// <summary>Of an instance: <see cref="ObjectDigest.Content"/>; null where the level does not tell.</summary>
    public string? Content { get; init; }

    /// <summary>What is wrong with it and where, as the target itself can tell; null: nothing that it knows of. Its digest, where told, is never the right one then.</summary>
    public string? Damage { get; init; }

    /// <summary>An object that was fetched back.</summary>
    public static HeldObject Of(string id, ObjectDigest digest) => new(id, digest.Bytes, digest.Sha256) { Content = digest.Content };
}

/// <summary>How closely a target is looked at, cheapest first.</summary>
public enum VerificationLevel
{
    /// <summary>Nothing is asked.</summary>
    None,

    /// <summary>The study is known.</summary>
    Record,

    /// <summary>Each object is known.</summary>
    Objects,

    /// <summary>Each object has the right size, where the target can tell it.</summary>
    Sizes,

    /// <summary>Each object is fetched back, and its digest compared.</summary>
    Digests,
}
