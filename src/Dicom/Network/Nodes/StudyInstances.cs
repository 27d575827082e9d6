using System.Globalization;
using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>Lists what a node holds of a study by C-FIND: its series, and the instances of each (PS3.4 section C.6.2). Safe for several threads.</summary>
/// <param name="node">The node.</param>
public sealed class StudyInstances(DicomNode node)
{
    /// <summary>Whether the node knows a study.</summary>
    /// <exception cref="PacsException">It did not answer, or refused.</exception>
    public async Task<bool> IsKnownAsync(string studyInstanceUid, CancellationToken cancellationToken) =>
        await FindStudyAsync(studyInstanceUid, FindService.Identifier(QueryLevel.Study), cancellationToken) is not null;

    /// <summary>How many instances the node counts in a study, in one answer; null where it has no such study, or does not count.</summary>
    /// <exception cref="PacsException">It did not answer, or refused.</exception>
    public async Task<long?> CountAsync(string studyInstanceUid, CancellationToken cancellationToken)
    {
        var identifier = FindService.Identifier(QueryLevel.Study, (Tags.NumberOfStudyRelatedInstances, DicomVr.IS));
        return (await FindStudyAsync(studyInstanceUid, identifier, cancellationToken))?.Integer(Tags.NumberOfStudyRelatedInstances);
    }

    /// <summary>The hierarchy of a study; null where the node knows no instance of it.</summary>
    /// <param name="exam">The study.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="PacsException">It did not answer, refused, or may have kept some back.</exception>
    public async Task<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        var series = await node.UseAsync(FindService.Contexts, null, association => ListAsync(association, exam.StudyInstanceUid, cancellationToken), cancellationToken);
        return Collection(exam, series);
    }

    private Task<DicomDataSet?> FindStudyAsync(string studyInstanceUid, DicomDataSet identifier, CancellationToken cancellationToken)
    {
        identifier.Set(Tags.StudyInstanceUid, DicomVr.UI, studyInstanceUid);
        return node.UseAsync(
            FindService.Contexts,
            null,
            async association =>
            {
                var result = await FindResult.ReadAsync(association, identifier, null, FindResult.UsualLimits, cancellationToken);
                return result.Matches.FirstOrDefault(m => Uid(m, Tags.StudyInstanceUid) == studyInstanceUid);
            },
            cancellationToken);
    }

    private async Task<IReadOnlyList<Series>> ListAsync(DicomAssociation association, string study, CancellationToken cancellationToken)
    {
        var identifier = FindService.Identifier(
            QueryLevel.Series, (Tags.SeriesInstanceUid, DicomVr.UI), (Tags.Modality, DicomVr.CS), (Tags.SeriesNumber, DicomVr.IS), (Tags.NumberOfSeriesRelatedInstances, DicomVr.IS));
        identifier.Set(Tags.StudyInstanceUid, DicomVr.UI, study);
        var found = await ReadAsync(association, identifier, cancellationToken);
        var all = new List<Series>();
        foreach (var match in found.DistinctBy(m => Uid(m, Tags.SeriesInstanceUid), StringComparer.Ordinal))
        {
            if (Uid(match, Tags.SeriesInstanceUid) is not { Length: > 0 } uid)
                continue;
            var images = FindService.Identifier(
                QueryLevel.Image,
                (Tags.SopInstanceUid, DicomVr.UI),
                (Tags.SopClassUid, DicomVr.UI),
                (Tags.InstanceNumber, DicomVr.IS),
                (Tags.AvailableTransferSyntaxUid, DicomVr.UI));
            images.Set(Tags.StudyInstanceUid, DicomVr.UI, study);
            images.Set(Tags.SeriesInstanceUid, DicomVr.UI, uid);
            all.Add(new Series(uid, match.Integer(Tags.NumberOfSeriesRelatedInstances), await ReadAsync(association, images, cancellationToken)));
        }

        return all;
    }

    private async Task<IReadOnlyList<DicomDataSet>> ReadAsync(DicomAssociation association, DicomDataSet identifier, CancellationToken cancellationToken)
    {
        // A round number of images is nothing odd: only what the node says counts here.
        var result = await FindResult.ReadAsync(association, identifier, null, new HashSet<int>(), cancellationToken);
        return result.Alarm is null ? result.Matches
            : throw new PacsException($"{node.Name}: the list of a study's instances is cut. {result.Alarm} Raise its limit of results.") { Failure = PacsFailure.Refused };
    }

    private static StudyCollection? Collection(ExamRecord exam, IReadOnlyList<Series> series)
    {
        var objects = new Dictionary<string, StudyObject>(StringComparer.Ordinal);
        var notes = new List<string>();
        var unnamed = 0;
        foreach (var (uid, counted, images) in series)
        {
            foreach (var image in images)
            {
                if (Uid(image, Tags.SopInstanceUid) is not { Length: > 0 } id)
                    unnamed++;
                else if (!objects.TryAdd(id, Object(image, id, uid)))
                    notes.Add("An instance is listed twice; it is expected once.");
            }

            if (counted is { } count && count != images.Count)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"The source counts {count} instances in a series and lists {images.Count}; those are expected."));
        }

        if (unnamed > 0)
            notes.Add($"{unnamed} instances are listed without an identifier; they are not expected.");
        if (exam.Instances is { } all && all != objects.Count)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The source counts {all} instances and lists {objects.Count}; those are expected."));
        return objects.Count == 0 ? null : new StudyCollection(exam, [.. objects.Values], notes);
    }

    private static StudyObject Object(DicomDataSet image, string id, string series) => new()
    {
        Id = id,
        Kind = StudyObjectKind.Instance,
        SeriesInstanceUid = series,
        SopClassUid = Uid(image, Tags.SopClassUid),
        TransferSyntaxUid = image.Texts(Tags.AvailableTransferSyntaxUid) is [{ Length: > 0 } only] ? only : null,
        InstanceNumber = image.Integer(Tags.InstanceNumber) is >= int.MinValue and <= int.MaxValue and var number ? (int)number : null,
    };

    /// <summary>Without the padding of those who pad UIDs with blanks.</summary>
    private static string? Uid(DicomDataSet match, DicomTag tag) => match.Text(tag)?.Trim(' ', '\0');

    private sealed record Series(string Uid, long? Counted, IReadOnlyList<DicomDataSet> Images);
}
