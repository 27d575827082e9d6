using System.Globalization;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// The archive as a source: of another migration, and as one side of a difference report. Shows what is visible, in the order in which studies came. Safe for
/// several threads.
/// </summary>
/// <param name="archive">The archive; its owner disposes it.</param>
/// <param name="spool">Where fetched objects rest.</param>
public sealed class ArchiveSource(StudyArchive archive, Spool spool) : IExamSource, IStudyCollector, IObjectFetcher
{
    /// <inheritdoc/>
    public string Name => archive.Name;

    /// <inheritdoc/>
    public async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        var behind = 0L;
        if (continuation is not null && !long.TryParse(continuation, NumberStyles.None, CultureInfo.InvariantCulture, out behind))
            throw new PacsException("A page was asked for by a continuation that is not of this archive.") { Failure = PacsFailure.Refused };
        var studies = await archive.Index.StudiesAsync(window, behind, pageSize, cancellationToken);
        var next = studies.Count == pageSize ? studies[^1].Key.ToString(CultureInfo.InvariantCulture) : null;
        return new ExamPage(studies.ConvertAll(study => study.Exam), next);
    }

    /// <inheritdoc/>
    public async ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        if (await archive.Index.StudyAsync(exam.StudyInstanceUid, cancellationToken) is not { } study)
            return null;
        var objects = await archive.Index.ObjectsAsync(exam.StudyInstanceUid, cancellationToken);
        return new StudyCollection(study.Exam, objects.ConvertAll(shown => shown.Object), []);
    }

    /// <inheritdoc/>
    /// <remarks>Each object's digest is compared with the one it was stored with; a damaged one is told as missing, with the place.</remarks>
    public async ValueTask<IReadOnlyList<MissingObject>> FetchAsync(
        ExamRecord study, IReadOnlyList<StudyObject> wanted, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        var shown = (await archive.Index.ObjectsAsync(study.StudyInstanceUid, cancellationToken)).ToDictionary(o => (o.Object.Kind, o.Object.Id));
        var missing = new List<MissingObject>();
        foreach (var one in wanted)
        {
            if (!shown.TryGetValue((one.Kind, one.Id), out var found))
                missing.Add(new MissingObject(one, "The archive does not show it.", MayComeLater: false));
            else if (await FetchAsync(one, found, receive, cancellationToken) is { } damage)
                missing.Add(new MissingObject(one, damage, MayComeLater: false));
        }

        return missing;
    }

    /// <summary>Fetches one object; answers what is wrong with it, null where it was handed on.</summary>
    private async ValueTask<string?> FetchAsync(
        StudyObject wanted, ShownObject shown, Func<FetchedObject, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
    {
        await using var content = await spool.CreateAsync(cancellationToken);
        ReadBack read;
        await using (var to = content.OpenWrite())
            read = await archive.Reader.ReadAsync(shown, to, cancellationToken);
        if (read.Damage is not null)
        {
            await archive.Index.MarkDamagedAsync(shown.File, cancellationToken);
            return read.Damage;
        }

        await receive(
            new FetchedObject(wanted, content, read.Digest)
            {
                SopClassUid = shown.Object.SopClassUid,
                Syntax = shown.Object.TransferSyntaxUid is { } syntax ? Dicom.TransferSyntax.Of(syntax) : null,
            },
            cancellationToken);
        return null;
    }
}
