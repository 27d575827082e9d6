using System.Collections.Concurrent;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs;

/// <summary>
/// A DICOM node that is filled by C-STORE, answers for it by Storage Commitment, and is looked into by C-FIND and C-GET. It has no transactions: each object is visible as it
/// comes. Safe for several threads.
/// </summary>
/// <remarks>
/// Nodes say success for an object of which they hold other content under the same UID, and keep the old one; to a commitment they say success, too. So what the node lists of the
/// study is asked first, and what it has already is fetched back and compared. A node that offers no C-FIND cannot be asked, and its answers are believed.
/// </remarks>
public sealed class DicomTarget : IPacsTarget, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _attempts = new(StringComparer.Ordinal);
    private readonly DicomNode _node;
    private readonly StudyInstances _listing;
    private readonly IObjectFetcher _readBack;

    /// <summary>A target.</summary>
    /// <param name="node">The node; associations for C-STORE come in addition to its own.</param>
    /// <param name="inbox">Where its reports on commitments come.</param>
    /// <param name="options">How it is filled; null: as it is usual.</param>
    /// <param name="readBack">Fetches instances back, to count their digests; null: C-GET, and nothing of them is kept.</param>
    public DicomTarget(DicomNode node, CommitmentInbox inbox, DicomTargetOptions? options = null, IObjectFetcher? readBack = null)
    {
        (_node, Options) = (node, options ?? new DicomTargetOptions());
        Store = new StoreAssociations(node.Peer, node.Options, Options);
        (_listing, _readBack, Commitment) = (new StudyInstances(node), readBack ?? new GetFetcher(node, Spool.Nowhere), new Commitment(node, inbox));
    }

    /// <inheritdoc/>
    public string Name => _node.Name;

    /// <inheritdoc/>
    public bool IsTransactional => false;

    internal DicomTargetOptions Options { get; }

    internal StoreAssociations Store { get; }

    internal Commitment Commitment { get; }

    internal TimeProvider Time => _node.Options.Time;

    /// <inheritdoc/>
    public async ValueTask<IStudyUpload> BeginAsync(StudyCollection study, int attempt, CancellationToken cancellationToken)
    {
        var uid = study.Exam.StudyInstanceUid;
        var newest = _attempts.AddOrUpdate(uid, attempt, (_, known) => Math.Max(known, attempt));
        if (newest > attempt)
            throw Fenced();
        var held = await ListAsync(uid, cancellationToken);
        return new DicomUpload(this, study, attempt, held?.ToDictionary(h => h.Id, StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public async ValueTask<HeldStudy?> InspectAsync(string studyInstanceUid, VerificationLevel level, CancellationToken cancellationToken)
    {
        if (level is VerificationLevel.None or VerificationLevel.Record)
            return await _listing.IsKnownAsync(studyInstanceUid, cancellationToken) ? new HeldStudy(studyInstanceUid, []) : null;
        var held = await _listing.CollectAsync(new ExamRecord { StudyInstanceUid = studyInstanceUid }, cancellationToken);
        if (held is null)
            return null;
        // C-FIND tells no sizes: they are known with the digest only.
        return new HeldStudy(studyInstanceUid, level == VerificationLevel.Digests
            ? await FetchAsync(held, cancellationToken)
            : [.. held.Objects.Select(o => new HeldObject(o.Id, null, null))]);
    }

    /// <summary>Ends the associations that are kept.</summary>
    public ValueTask DisposeAsync() => Store.DisposeAsync();

    internal PacsException Fenced() => new($"{Name}: a later attempt has taken this study over.") { Failure = PacsFailure.Fenced };

    internal bool IsFenced(string study, int attempt) => _attempts.GetValueOrDefault(study, attempt) > attempt;

    /// <summary>What the node lists of a study; null where it lists nothing for anybody.</summary>
    internal async Task<IReadOnlyList<StudyObject>?> ListAsync(string study, CancellationToken cancellationToken)
    {
        try
        {
            return (await _listing.CollectAsync(new ExamRecord { StudyInstanceUid = study }, cancellationToken))?.Objects ?? [];
        }
        catch (PacsException e) when (e.InnerException is DicomNetworkException { Error: DicomNetworkError.ContextRefused })
        {
            return null;
        }
    }

    /// <summary>How many instances the node counts in a study; null where it does not tell.</summary>
    internal Task<long?> CountAsync(string study, CancellationToken cancellationToken) => _listing.CountAsync(study, cancellationToken);

    /// <summary>What the node gives back for an instance; without a digest where it gives none.</summary>
    internal async Task<HeldObject> FetchAsync(string study, StudyObject one, CancellationToken cancellationToken) =>
        (await FetchAsync(new StudyCollection(new ExamRecord { StudyInstanceUid = study }, [one], []), cancellationToken))[0];

    private async Task<IReadOnlyList<HeldObject>> FetchAsync(StudyCollection held, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, HeldObject>(StringComparer.Ordinal);
        await _readBack.FetchAsync(
            held.Exam with { Instances = held.Objects.Count > 1 ? held.Objects.Count : null },
            held.Objects,
            (fetched, _) =>
            {
                found[fetched.Object.Id] = HeldObject.Of(fetched.Object.Id, fetched.Digest);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return [.. held.Objects.Select(o => found.GetValueOrDefault(o.Id) ?? new HeldObject(o.Id, null, null))];
    }
}
