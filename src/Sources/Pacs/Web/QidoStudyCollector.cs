using System.Globalization;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;

namespace MedStreams.Sources.Pacs;

/// <summary>
/// Finds the instances of a study by QIDO-RS: all at once where the service can, series by series where it cannot, and where the first way found fewer than the service counts.
/// Safe for several threads.
/// </summary>
/// <param name="name">What the PACS is called in reports; no secret.</param>
/// <param name="client">Asks.</param>
/// <param name="pageSize">How many instances are asked for at once.</param>
public sealed class QidoStudyCollector(string name, QidoClient client, int pageSize = 1_000) : IStudyCollector
{
    private static readonly DicomTag AvailableTransferSyntax = new(0x0008, 0x3002);

    private readonly QidoPaging _paging = new(client);

    /// <inheritdoc/>
    public async ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        try
        {
            var found = await OfStudyAsync(exam, cancellationToken);
            if (found is null || found.Alarm is not null || found.Items.Count < (exam.Instances ?? 1))
                found = Union(found, await BySeriesAsync(exam, cancellationToken));
            if (found.Items.Count == 0)
                return null;
            if (found.Alarm is { } alarm)
                throw new PacsException($"{name}: the list of a study's instances may be cut. {alarm}") { Failure = PacsFailure.Refused };
            return Collection(exam, found.Items);
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(name);
        }
    }

    private async Task<QidoPage?> OfStudyAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        try
        {
            return await _paging.ReadAllAsync(Instances(exam, null), pageSize, cancellationToken);
        }
        catch (DicomWebException e) when (e.Error is DicomWebError.Refused or DicomWebError.NotFound or DicomWebError.NotAcceptable || (int?)e.Status == 501)
        {
            return null; // a service need not search instances across series (PS3.18 table 10.6.1-1)
        }
    }

    private async Task<QidoPage> BySeriesAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        QidoPage series;
        try
        {
            series = await _paging.ReadAllAsync(new QidoQuery { Level = QidoLevel.Series, Study = exam.StudyInstanceUid }, pageSize, cancellationToken);
        }
        catch (DicomWebException e) when (e.Error == DicomWebError.NotFound)
        {
            return new QidoPage([], null, null); // no such study
        }

        var (items, alarm) = (new List<DicomDataSet>(), series.Alarm);
        foreach (var uid in series.Items.Select(item => item.Text(Tags.SeriesInstanceUid)).OfType<string>())
        {
            var page = await _paging.ReadAllAsync(Instances(exam, uid), pageSize, cancellationToken);
            foreach (var item in page.Items)
            {
                if (!item.Contains(Tags.SeriesInstanceUid))
                    item.Set(Tags.SeriesInstanceUid, DicomVr.UI, uid); // asked for within it, it need not be said
                items.Add(item);
            }

            alarm ??= page.Alarm;
        }

        return new QidoPage(items, null, alarm);
    }

    private static QidoQuery Instances(ExamRecord exam, string? series) => new()
    {
        Level = QidoLevel.Instances,
        Study = exam.StudyInstanceUid,
        Series = series,
        Include = [Tags.SopClassUid, Tags.SeriesInstanceUid, Tags.InstanceNumber, AvailableTransferSyntax],
    };

    /// <summary>What either way found; the second may be cut only where it says so, the first is then forgotten.</summary>
    private static QidoPage Union(QidoPage? one, QidoPage other) => new([.. one?.Items ?? [], .. other.Items], null, other.Alarm);

    private static StudyCollection Collection(ExamRecord exam, IReadOnlyList<DicomDataSet> items)
    {
        var objects = new Dictionary<string, StudyObject>(StringComparer.Ordinal);
        var unnamed = 0;
        var notes = new List<string>();
        foreach (var item in items)
        {
            if (Uid(item, Tags.SopInstanceUid) is not { Length: > 0 } id)
                unnamed++;
            else if (!objects.TryAdd(id, Object(item, id)) && objects[id].SeriesInstanceUid != Uid(item, Tags.SeriesInstanceUid))
                notes.Add("An instance is listed in two series; it is expected once.");
        }

        if (unnamed > 0)
            notes.Add($"{unnamed} instances are listed without an identifier; they are not expected.");
        if (exam.Instances is { } counted && counted != objects.Count)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The source counts {counted} instances and lists {objects.Count}; those are expected."));
        return new StudyCollection(exam, [.. objects.Values], notes);
    }

    private static StudyObject Object(DicomDataSet item, string id) => new()
    {
        Id = id,
        Kind = StudyObjectKind.Instance,
        SeriesInstanceUid = Uid(item, Tags.SeriesInstanceUid) ?? "",
        SopClassUid = Uid(item, Tags.SopClassUid),
        TransferSyntaxUid = Uid(item, AvailableTransferSyntax),
        InstanceNumber = item.Integer(Tags.InstanceNumber) is >= int.MinValue and <= int.MaxValue and var number ? (int)number : null,
    };

    private static string? Uid(DicomDataSet item, DicomTag tag) => item.Text(tag)?.Trim(' ', '\0');
}
