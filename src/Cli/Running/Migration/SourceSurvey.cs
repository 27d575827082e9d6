using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Running.Migration;

/// <summary>What the old PACS says it has, of the days of a run: the same questions that a start would ask. Not for several threads.</summary>
internal sealed class SourceSurvey(IExamSource source, MigrationRunOptions options)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int _missedByWindows;
    private int _instancesUnknown;

    public SortedDictionary<(string Department, string Year), (long Studies, long Instances)> Groups { get; } = [];

    public List<string> Alarms { get; } = [];

    public int Windows { get; private set; }

    public int Studies => _seen.Count;

    /// <summary>Asks.</summary>
    /// <param name="progress">Called after each page.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="PacsException">The source does not answer.</exception>
    public async Task RunAsync(Action progress, CancellationToken stop)
    {
        for (var from = options.FirstDay; from <= options.LastDay; from = from.AddDays(options.StepDays))
            await AskAsync(ExamWindow.Days(from, Earlier(from.AddDays(options.StepDays - 1), options.LastDay)), progress, stop);
        if (options.Undated)
            await AskAsync(ExamWindow.WithoutDate, progress, stop);
        if (options.Reconcile)
        {
            var before = _seen.Count;
            await AskAsync(ExamWindow.Everything, progress, stop);
            _missedByWindows = _seen.Count - before;
        }
    }

    /// <summary>What a person should know.</summary>
    public IEnumerable<string> Words()
    {
        yield return $"{options.Source} to {options.Target}, {options.FirstDay:yyyy-MM-dd} to {options.LastDay:yyyy-MM-dd}: {Studies} studies";
        if (_missedByWindows > 0)
            yield return $"{_missedByWindows} of them only came when everything was asked for at once: the source does not find them by their day";
        if (_instancesUnknown > 0)
            yield return $"of {_instancesUnknown} the source does not say how many instances they have";
        foreach (var alarm in Alarms)
            yield return alarm;
    }

    private async Task AskAsync(ExamWindow window, Action progress, CancellationToken stop)
    {
        string? at = null;
        do
        {
            var page = await source.ReadPageAsync(window, at, options.PageSize, stop);
            if (page.Alarm is { } alarm && !Alarms.Contains(alarm))
                Alarms.Add(alarm);
            foreach (var exam in page.Exams.Where(IsMoved))
                Count(exam);
            at = page.Continuation;
            progress();
        }
        while (at is not null);
        Windows++;
    }

    private bool IsMoved(ExamRecord exam) =>
        (exam.StudyDate is { } day ? day >= options.FirstDay && day <= options.LastDay : options.Undated) && _seen.Add(exam.StudyInstanceUid);

    private void Count(ExamRecord exam)
    {
        var key = (exam.Department, exam.StudyDate?.ToString("yyyy", System.Globalization.CultureInfo.InvariantCulture) ?? "no date");
        var (studies, instances) = Groups.GetValueOrDefault(key);
        Groups[key] = (studies + 1, instances + (exam.Instances ?? 0));
        if (exam.Instances is null)
            _instancesUnknown++;
    }

    private static DateOnly Earlier(DateOnly one, DateOnly other) => one < other ? one : other;
}
