using System.Text;
using System.Text.Json;

namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>
/// Compares two PACS study by study, whatever their number: both lists are sorted on disk and merged, so that memory stays flat. What was done is kept in a
/// folder: a comparison that was cut goes on where it was. One at a time for each folder.
/// </summary>
public sealed class DifferenceRun
{
    private const int Batch = 32;
    private readonly PacsSide _first;
    private readonly PacsSide _second;
    private readonly DifferenceOptions _options;
    private readonly string _folder;
    private readonly string _key;
    private readonly KeptComparison _kept;

    /// <summary>A comparison, new or begun.</summary>
    /// <param name="first">What should be.</param>
    /// <param name="second">What is looked at.</param>
    /// <param name="folder">Where its state lies; it is made where it is missing. Readable by nobody else, as far as the system knows that.</param>
    /// <param name="options">What is compared, and how.</param>
    /// <exception cref="PacsException">An option is out of its range.</exception>
    public DifferenceRun(PacsSide first, PacsSide second, string folder, DifferenceOptions? options = null)
    {
        (_first, _second, _folder, _options) = (first, second, Path.GetFullPath(folder), options ?? new DifferenceOptions());
        _options.Validate();
        _kept = new KeptComparison(_folder);
        _key = $"{first.Name}|{second.Name}|{_options.Level}|{_options.Rules.Equality}|{_options.Rules.AllowsExtra}|{_options.Range}|{_options.AsksByDays}|{_options.StepDays}|{_options.ComparesRecords}";
    }

    /// <summary>Told how far it is, after each window and each few studies; null: nobody.</summary>
    public Action<DifferenceSummary>? Progress { get; init; }

    /// <summary>Compares, or goes on, to the end.</summary>
    /// <exception cref="PacsException">One of both does not answer; the same again goes on.</exception>
    /// <exception cref="InvalidOperationException">The folder holds another comparison.</exception>
    public async Task<DifferenceSummary> RunAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_folder);
        else
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var state = await _kept.LoadAsync(cancellationToken) ?? new DifferenceState(_key, NewSummary(), 0, null, 0);
        if (state.Key != _key)
            throw new InvalidOperationException($"{_folder} holds the comparison of other PACS, or one with other options: give this one a folder of its own.");
        if (state.Summary.EndedAt is not null)
            return state.Summary;
        state = await ListAsync(state, cancellationToken);
        state = await CompareAsync(state, cancellationToken);
        state = state with { Summary = state.Summary with { EndedAt = _options.Clock.GetUtcNow() } };
        await _kept.SaveAsync(state, cancellationToken);
        _kept.DeletePieces();
        return state.Summary;
    }

    /// <summary>What was found so far, in the order of the UIDs.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<StudyDifference> ReadAsync(CancellationToken cancellationToken) => _kept.ReadAsync(cancellationToken);

    private DifferenceSummary NewSummary() =>
        new() { First = _first.Name, Second = _second.Name, Level = _options.Level, StartedAt = _options.Clock.GetUtcNow() };

    /// <summary>Lists both sides, window by window; one that was cut is listed again, which adds nothing twice.</summary>
    private async Task<DifferenceState> ListAsync(DifferenceState state, CancellationToken stop)
    {
        var windows = Windows().ToList();
        for (var i = state.Listed; i < windows.Count * 2; i++)
        {
            var (side, window) = (i < windows.Count ? _first : _second, windows[i % windows.Count]);
            var sorted = Sorted(i < windows.Count);
            var alarms = new List<string>(state.Summary.Alarms);
            string? at = null;
            do
            {
                var page = await AskAsync(() => side.Exams.ReadPageAsync(window, at, _options.PageSize, stop), stop);
                foreach (var exam in page.Exams)
                    await sorted.AddAsync(exam, stop);

                if (page.Alarm is { } alarm && !alarms.Contains($"{side.Name}: {alarm}"))
                    alarms.Add($"{side.Name}: {alarm}");
                at = page.Continuation;
            }
            while (at is not null);
            await sorted.FlushAsync(stop);
            state = state with { Listed = i + 1, Summary = state.Summary with { Alarms = alarms } };
            await _kept.SaveAsync(state, stop);
            Progress?.Invoke(state.Summary);
        }

        return state;
    }

    private IEnumerable<ExamWindow> Windows()
    {
        if (_options.AsksByDays && _options.Range is { } range)
        {
            for (var from = range.From; from <= range.To; from = from.AddDays(_options.StepDays))
                yield return ExamWindow.Days(from, from.AddDays(_options.StepDays - 1) < range.To ? from.AddDays(_options.StepDays - 1) : range.To);
            yield return ExamWindow.WithoutDate;
        }

        yield return ExamWindow.Everything;
    }

    private async Task<DifferenceState> CompareAsync(DifferenceState state, CancellationToken stop)
    {
        await using var results = new FileStream(_kept.ResultFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        results.SetLength(state.Length); // what was written behind the last state is compared again
        results.Seek(0, SeekOrigin.End);
        var batch = new List<(ExamRecord? First, ExamRecord? Second)>(Batch);
        await foreach (var pair in MergeAsync(state.LastUid, stop))
        {
            batch.Add(pair);
            if (batch.Count == Batch)
                state = await CompareAsync(state, batch, results, stop);
        }

        return batch.Count == 0 ? state : await CompareAsync(state, batch, results, stop);
    }

    private async Task<DifferenceState> CompareAsync(
        DifferenceState state, List<(ExamRecord? First, ExamRecord? Second)> batch, FileStream results, CancellationToken stop)
    {
        var found = new StudyComparison[batch.Count];
        await Parallel.ForAsync(0, batch.Count, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel, CancellationToken = stop }, async (i, token) =>
            found[i] = await AskAsync(
                () => new ValueTask<StudyComparison>(StudyComparison.OfAsync(_first, batch[i].First, _second, batch[i].Second, _options, token)), token));
        var summary = state.Summary;
        foreach (var one in found)
        {
            summary = summary.Count(one);
            if (one.Difference is { } difference)
                await results.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(difference, DifferenceJson.Default.StudyDifference) + "\n"), stop);
        }

        results.Flush(flushToDisk: true);
        var (first, second) = batch[^1];
        state = state with { Summary = summary, LastUid = (first ?? second)!.StudyInstanceUid, Length = results.Length };
        await _kept.SaveAsync(state, stop);
        Progress?.Invoke(summary);
        batch.Clear();
        return state;
    }

    /// <summary>Both lists side by side, in the order of the UIDs.</summary>
    private async IAsyncEnumerable<(ExamRecord? First, ExamRecord? Second)> MergeAsync(
        string? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        await using var first = Sorted(isFirst: true).ReadAsync(after, stop).GetAsyncEnumerator(stop);
        await using var second = Sorted(isFirst: false).ReadAsync(after, stop).GetAsyncEnumerator(stop);
        var (hasFirst, hasSecond) = (await first.MoveNextAsync(), await second.MoveNextAsync());
        while (hasFirst || hasSecond)
        {
            var order = !hasFirst ? 1 : !hasSecond ? -1 : string.CompareOrdinal(first.Current.StudyInstanceUid, second.Current.StudyInstanceUid);
            var (left, right) = (order <= 0 ? first.Current : null, order >= 0 ? second.Current : null);
            if (IsAskedFor(left) || IsAskedFor(right))
                yield return (left, right);
            hasFirst = order <= 0 ? await first.MoveNextAsync() : hasFirst;
            hasSecond = order >= 0 ? await second.MoveNextAsync() : hasSecond;
        }
    }

    private bool IsAskedFor(ExamRecord? exam) => exam is not null && (_options.Range is not { } range || exam.StudyDate is null || range.Contains(exam.StudyDate));

    private async Task<T> AskAsync<T>(Func<ValueTask<T>> ask, CancellationToken stop)
    {
        for (var again = 0; ; again++)
        {
            try
            {
                return await ask();
            }
            catch (PacsException e) when (e.Failure == PacsFailure.Unavailable && again < _options.Retries)
            {
                await Task.Delay(_options.RetryAfter, _options.Clock, stop);
            }
        }
    }

    private SortedExams Sorted(bool isFirst) => new(_kept.Piece(isFirst), _options.SortedInMemory, _options.KeepsNames);
}
