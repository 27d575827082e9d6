using System.Globalization;
using MedStreams.Dicom;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs;

/// <summary>
/// Lists the examinations of a DICOM node by Study Root C-FIND. That has no pages: a window is asked for once, put in the order of its UIDs and handed out page by page. Studies
/// without a day cannot be asked for, so their window goes through all and keeps those. An answer that was cut is asked for again in halves, down to a day. Safe for several threads.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="options">How it is asked; null: as it is usual.</param>
public sealed class DicomExamSource(DicomNode node, DicomExamSourceOptions? options = null) : IExamSource
{
    private const int KeptWindows = 8;
    private readonly DicomExamSourceOptions _options = options ?? new DicomExamSourceOptions();
    private readonly LinkedList<(ExamWindow Window, Answer Answer)> _kept = new();
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public string Name => node.Name;

    /// <inheritdoc/>
    public async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        var answer = continuation is null ? null : Kept(window);
        if (answer is null)
            Keep(window, answer = await AskAsync(window, cancellationToken));
        var page = answer.Exams.Where(e => continuation is null || string.CompareOrdinal(e.StudyInstanceUid, continuation) > 0).Take(pageSize + 1).ToList();
        var hasMore = page.Count > pageSize;
        if (hasMore)
            page.RemoveAt(pageSize);
        else
            Forget(window);
        return new ExamPage(page, hasMore ? page[^1].StudyInstanceUid : null, answer.Alarm);
    }

    private async Task<Answer> AskAsync(ExamWindow window, CancellationToken cancellationToken)
    {
        var exams = new Dictionary<string, ExamRecord>(StringComparer.Ordinal);
        var alarm = await node.UseAsync(FindService.Contexts, null, association => AskAsync(association, window, exams, cancellationToken), cancellationToken);
        return new Answer([.. exams.Values.Where(e => window.Contains(e.StudyDate)).OrderBy(e => e.StudyInstanceUid, StringComparer.Ordinal)], alarm);
    }

    private async Task<string?> AskAsync(DicomAssociation association, ExamWindow window, Dictionary<string, ExamRecord> exams, CancellationToken cancellationToken)
    {
        var result = await FindResult.ReadAsync(association, Identifier(window), _options.AssumedCharacterSet, _options.Limits, cancellationToken);
        var unnamed = 0;
        foreach (var match in result.Matches)
        {
            if (_options.Answers.Read(match) is { } exam)
                exams.TryAdd(exam.StudyInstanceUid, exam);
            else
                unnamed++;
        }

        if (result.Alarm is null)
            return unnamed > 0 ? $"The source lists {unnamed} studies without an identifier." : null;
        if (window.Kind != ExamWindowKind.Days || window.From == window.To)
            return result.Alarm;
        var middle = window.From.AddDays((window.To.DayNumber - window.From.DayNumber) / 2);
        var first = await AskAsync(association, ExamWindow.Days(window.From, middle), exams, cancellationToken);
        return first is null
            ? await AskAsync(association, ExamWindow.Days(middle.AddDays(1), window.To), exams, cancellationToken)
            : await AskAsync(association, ExamWindow.Days(middle.AddDays(1), window.To), exams, cancellationToken) is { } second && second != first ? $"{first} {second}" : first;
    }

    private static DicomDataSet Identifier(ExamWindow window)
    {
        var identifier = FindService.Identifier(QueryLevel.Study, [(Tags.StudyInstanceUid, DicomVr.UI), .. ExamAnswers.Wanted.Select(t => (t, DicomVr.Of(t)))]);
        if (window.Kind == ExamWindowKind.Days)
        {
            identifier.Set(Tags.StudyDate, DicomVr.DA, window.From == window.To
                ? window.From.ToString("yyyyMMdd", CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{window.From:yyyyMMdd}-{window.To:yyyyMMdd}"));
        }

        return identifier;
    }

    private Answer? Kept(ExamWindow window)
    {
        lock (_gate)
            return _kept.FirstOrDefault(k => k.Window == window).Answer;
    }

    private void Keep(ExamWindow window, Answer answer)
    {
        lock (_gate)
        {
            Forget(window);
            _kept.AddFirst((window, answer));
            if (_kept.Count > KeptWindows)
                _kept.RemoveLast();
        }
    }

    private void Forget(ExamWindow window)
    {
        lock (_gate)
        {
            for (var at = _kept.First; at is not null; at = at.Next)
            {
                if (at.Value.Window != window)
                    continue;
                _kept.Remove(at);
                return;
            }
        }
    }

    /// <summary>All examinations of a window.</summary>
    private sealed record Answer(IReadOnlyList<ExamRecord> Exams, string? Alarm);
}
