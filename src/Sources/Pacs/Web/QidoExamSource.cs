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
/// <param name="answers">How answers become records; null: as they are.</param>
public sealed class QidoExamSource(string name, QidoClient client, ExamAnswers? answers = null) : IExamSource
{
    private readonly QidoPaging _paging = new(client);
    private readonly ExamAnswers _answers = answers ?? new ExamAnswers();

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
                [.. page.Items.Select(_answers.Read).OfType<ExamRecord>().Where(exam => window.Contains(exam.StudyDate))],
                page.Next is { } next ? string.Create(CultureInfo.InvariantCulture, $"{next.Offset} {next.First}") : null,
                page.Alarm ?? (unnamed > 0 ? $"The source lists {unnamed} studies without an identifier." : null));
        }
        catch (DicomWebException e)
        {
            throw e.ToPacs(name);
        }
    }

    private static QidoQuery Query(ExamWindow window) => new()
    {
        Level = QidoLevel.Studies,
        Include = [.. ExamAnswers.Wanted],
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
