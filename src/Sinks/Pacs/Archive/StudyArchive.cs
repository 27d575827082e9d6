using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// The built-in archive: an index in PostgreSQL, and object files named by their content. A study becomes visible as a whole, in one transaction, whatever
/// happens before; docs/archive.md tells how. Safe for several threads, and for several processes on one index and folder.
/// </summary>
public sealed class StudyArchive : IPacsTarget, IAsyncDisposable
{
    private const int LongestId = 1024;


    /// <summary>An archive, which connects when it is first needed.</summary>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public StudyArchive(ArchiveOptions options)
        : this(options, new PhysicalArchiveFiles())
    {
    }

    internal StudyArchive(ArchiveOptions options, IArchiveFiles files)
    {
        options.Validate();
        Options = options;
        Database = new ArchiveDatabase(options);
        Store = new ObjectStore(files, options.Folder, options.Keys);
        Reader = new ObjectReader(Store);
        Index = new ReadingIndex(Database);
    }

    /// <inheritdoc/>
    public string Name => Options.Name;

    /// <summary>True: a study is there whole or not at all.</summary>
    public bool IsTransactional => true;

    internal ArchiveOptions Options { get; }

    internal ArchiveDatabase Database { get; }

    internal ObjectStore Store { get; }

    internal ObjectReader Reader { get; }

    internal ReadingIndex Index { get; }

    /// <inheritdoc/>
    public async ValueTask<IStudyUpload> BeginAsync(StudyCollection study, int attempt, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        Check(study);
        var index = new UploadIndex(Database);
        var upload = await index.BeginAsync(study.Exam.StudyInstanceUid, attempt, Environment.MachineName, cancellationToken)
            ?? throw new PacsException("A later attempt has taken this study over.") { Failure = PacsFailure.Fenced };
        return new ArchiveUpload(index, new CommitIndex(Database), Store, Options, study, attempt, upload);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// At <see cref="VerificationLevel.Sizes"/> and above, objects whose files are gone are left out. A damaged one is told with the digest of what could be read,
    /// and marked, so that the next upload of the same content writes its file anew.
    /// </remarks>
    public async ValueTask<HeldStudy?> InspectAsync(string studyInstanceUid, VerificationLevel level, CancellationToken cancellationToken)
    {
        if (await Index.StudyAsync(studyInstanceUid, cancellationToken) is null)
            return null;
        if (level <= VerificationLevel.Record)
            return new HeldStudy(studyInstanceUid, []);
        var held = new List<HeldObject>();
        foreach (var shown in await Index.ObjectsAsync(studyInstanceUid, cancellationToken))
        {
            var seen = level switch
            {
                VerificationLevel.Objects => new HeldObject(shown.Object.Id, null, null),
                VerificationLevel.Sizes => Measure(shown),
                _ => await ReadAsync(shown, cancellationToken),
            };
            if (seen is not null)
                held.Add(seen);
        }

        return new HeldStudy(studyInstanceUid, held);
    }

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private HeldObject? Measure(ShownObject shown)
    {
        if (Store.Files.Length(Store.PathOf(shown.File)) is not { } length)
            return null;
        var grown = length - shown.StoredBytes;
        return new HeldObject(shown.Object.Id, shown.Digest.Bytes + grown, null)
        {
            Damage = grown == 0 ? null : $"{Store.PathOf(shown.File)}: it has {length} bytes, and had {shown.StoredBytes} when it was stored",
        };
    }

    private async ValueTask<HeldObject?> ReadAsync(ShownObject shown, CancellationToken cancellationToken)
    {
        var isThere = Store.Files.Length(Store.PathOf(shown.File)) is not null;
        var read = await Reader.ReadAsync(shown, null, cancellationToken);
        if (read.Damage is not null)
            await Index.MarkDamagedAsync(shown.File, cancellationToken);
        return isThere ? HeldObject.Of(shown.Object.Id, read.Digest) with { Damage = read.Damage } : null;
    }

    /// <summary>Refuses names that no index could hold as they are.</summary>
    private static void Check(StudyCollection study)
    {
        var names = study.Objects.Select(o => o.Id).Prepend(study.Exam.StudyInstanceUid).Prepend("0" + study.Exam.PatientId).Prepend("0" + study.Exam.IssuerOfPatientId)
            .Concat(study.Objects.Select(o => "0" + o.SeriesInstanceUid));
        if (names.Any(name => name.Length is 0 or > LongestId || IndexCommands.Storable(name) != name))
        {
            throw new PacsException($"An identifier of the collection is empty, longer than {LongestId} characters, or holds characters that are none.")
            {
                Failure = PacsFailure.Refused,
            };
        }

        if (study.Objects.DistinctBy(o => o.Id, StringComparer.Ordinal).Count() != study.Objects.Count)
            throw new PacsException("An object stands twice in the collection.") { Failure = PacsFailure.Refused };
    }
}
