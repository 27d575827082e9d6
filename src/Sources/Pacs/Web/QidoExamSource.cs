using System.Globalization;
using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;

namespace MedStreams.Sources.Pacs;

/// <summary>
/// Lists the examinations of a PACS by QIDO-RS (PS3.18 section 10.6). A window of days is asked for as a range of Study Date; studies without a day cannot be asked for,
/// so their window goes through all and keeps those. Safe for several threads.
/// </summary>
/// <param name="name">What it is called in reports; no secret.</param>
/// <param name="client">Asks.</param>
/// <param name="department">What stands for the department; null: Institutional Department Name (0008,1040).</param>
/// <param name="departments">The department of a study that names none, by the first of its modalities that is here; null: none.</param>
public sealed class QidoExamSource(string name, QidoClient client, DicomTag? department = null, IReadOnlyDictionary<string, string>? departments = null) : IExamSource
{
    private readonly QidoPaging _paging = new(client);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
    {
        try
        {
            var page = await _paging.ReadAsync(Query(window), Place(continuation), pageSize, cancellationToken);
            var unnamed = page.Items.Count(item => item.Text(Tags.StudyInstanceUid) is null);
            return new ExamPage(
                [.. page.Items.Select(Read).OfType<ExamRecord>().Where(exam => window.Contains(exam.StudyDate))],
                page.Next is { } next ? string.Create(CultureInfo.InvariantCulture, $"{next.Offset} {next.First}") : null,
                page.Alarm ?? (unnamed > 0 ? $"The source lists {unnamed} studies without an identifier." : null));
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(name);
        }
    }

    private ExamRecord? Read(DicomDataSet answer)
    {
        var exam = ExamReader.Read(answer, department);
        return exam is { Department: "" } && exam.Modalities.Select(m => departments?.GetValueOrDefault(m)).FirstOrDefault(d => d is not null) is { } known
            ? exam with { Department = known }
            : exam;
    }

    private QidoQuery Query(ExamWindow window) => new()
    {
        Level = QidoLevel.Studies,
        Include =
        [
            Tags.StudyDescription, Tags.IssuerOfPatientId, Tags.ModalitiesInStudy, Tags.NumberOfStudyRelatedSeries, Tags.NumberOfStudyRelatedInstances,
            department ?? Tags.InstitutionalDepartmentName,
        ],
        Matches = window.Kind == ExamWindowKind.Days ? [new(Tags.StudyDate, Range(window))] : [],
    };

    private static string Range(ExamWindow window) => window.From == window.To
        ? window.From.ToString("yyyyMMdd", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{window.From:yyyyMMdd}-{window.To:yyyyMMdd}");

    private static QidoPlace Place(string? continuation)
    {
        if (continuation is null)
            return default;
        var parts = continuation.Split(' ', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new QidoPlace(offset, parts[1])
            : throw new ArgumentException("This is no place that this source named.", nameof(continuation));
    }
}
