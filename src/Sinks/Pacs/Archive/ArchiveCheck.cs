using System.Runtime.CompilerServices;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>Reads an archive back, object by object, older versions too. Safe for several threads.</summary>
/// <param name="archive">The archive.</param>
public sealed class ArchiveCheck(StudyArchive archive)
{
    private const int Page = 100;

    /// <summary>Checks studies of a window in the order in which they came; what is found damaged is marked, so that the next upload of it mends it.</summary>
    /// <param name="window">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>For each study what was read and what is damaged.</returns>
    /// <exception cref="PacsException">The index or the disk refuse, or a key is missing.</exception>
    public async IAsyncEnumerable<ArchiveChecked> RunAsync(ExamWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var behind = 0L;
        while (true)
        {
            var studies = await archive.Index.StudiesAsync(window, behind, Page, cancellationToken);
            foreach (var study in studies)
            {
                yield return await CheckAsync(study.Exam.StudyInstanceUid, cancellationToken);
                behind = study.Key;
            }

            if (studies.Count < Page)
                yield break;
        }
    }

    /// <summary>Checks one study; null: there is none.</summary>
    /// <exception cref="PacsException">The index or the disk refuse, or a key is missing.</exception>
    public async ValueTask<ArchiveChecked?> StudyAsync(string studyInstanceUid, CancellationToken cancellationToken) =>
        await archive.Index.StudyAsync(studyInstanceUid, cancellationToken) is null ? null : await CheckAsync(studyInstanceUid, cancellationToken);

    private async ValueTask<ArchiveChecked> CheckAsync(string study, CancellationToken cancellationToken)
    {
        var damages = new List<ArchiveDamage>();
        var (count, bytes) = (0, 0L);
        foreach (var shown in await archive.Index.VersionsAsync(study, cancellationToken))
        {
            var read = await archive.Reader.ReadAsync(shown, null, cancellationToken);
            (count, bytes) = (count + 1, bytes + shown.PlainBytes);
            if (read.Damage is not { } what)
                continue;
            damages.Add(new ArchiveDamage(study, shown.Object.SeriesInstanceUid, shown.Object.Id, shown.Version, what));
            await archive.Index.MarkDamagedAsync(shown.File, cancellationToken);
        }

        return new ArchiveChecked(study, count, bytes, damages);
    }
}

/// <summary>A study that was read back.</summary>
/// <param name="StudyInstanceUid">Which.</param>
/// <param name="Objects">How many objects were read, all versions.</param>
/// <param name="Bytes">How many bytes they had when they came.</param>
/// <param name="Damages">Those that are not what was stored.</param>
public sealed record ArchiveChecked(string StudyInstanceUid, int Objects, long Bytes, IReadOnlyList<ArchiveDamage> Damages);

/// <summary>An object that is not what was stored.</summary>
/// <param name="StudyInstanceUid">Its study.</param>
/// <param name="SeriesInstanceUid">Its series; empty where it is in none.</param>
/// <param name="Id">Its SOP Instance UID, or its name.</param>
/// <param name="Version">Its version, from 1.</param>
/// <param name="What">The file, what is wrong with it, and where.</param>
public sealed record ArchiveDamage(string StudyInstanceUid, string SeriesInstanceUid, string Id, int Version, string What);
