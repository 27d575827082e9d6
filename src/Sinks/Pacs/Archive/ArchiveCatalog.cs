using System.Runtime.CompilerServices;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>What an archive holds, for people who look. Safe for several threads.</summary>
/// <param name="archive">The archive.</param>
public sealed class ArchiveCatalog(StudyArchive archive)
{
    private const int Page = 200;

    /// <summary>Studies of a window in the order in which they came, read page by page.</summary>
    /// <param name="window">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="PacsException">The index does not answer.</exception>
    public async IAsyncEnumerable<ArchivedStudy> StudiesAsync(ExamWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var behind = 0L;
        while (true)
        {
            var studies = await archive.Index.StudiesAsync(window, behind, Page, cancellationToken);
            foreach (var study in studies)
                yield return study;
            if (studies.Count < Page)
                yield break;
            behind = studies[^1].Key;
        }
    }

    /// <summary>The objects of a study by series and name, older versions too; null: there is no such study.</summary>
    /// <exception cref="PacsException">The index does not answer.</exception>
    public async ValueTask<IReadOnlyList<ArchivedObject>?> ObjectsAsync(string studyInstanceUid, CancellationToken cancellationToken)
    {
        if (await archive.Index.StudyAsync(studyInstanceUid, cancellationToken) is null)
            return null;
        var shown = await archive.Index.VersionsAsync(studyInstanceUid, cancellationToken);
        return shown.ConvertAll(o => new ArchivedObject(
            o.Object.SeriesInstanceUid, o.Object.Id, o.Version, o.Object.Kind, o.Digest, archive.Store.PathOf(o.File)));
    }
}

/// <summary>An object of the archive.</summary>
/// <param name="SeriesInstanceUid">Its series; empty where it is in none.</param>
/// <param name="Id">Its SOP Instance UID, or its name.</param>
/// <param name="Version">Its version, from 1; the highest is the current one.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Digest">The original's.</param>
/// <param name="FilePath">Where it lies.</param>
public sealed record ArchivedObject(string SeriesInstanceUid, string Id, int Version, StudyObjectKind Kind, ObjectDigest Digest, string FilePath);
