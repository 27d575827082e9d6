using System.Data.Common;
using System.Runtime.CompilerServices;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>
/// The tables of an old PACS or RIS as a source of examinations, by a declared mapping. Pages go on behind the key of the last row, so that rows that come or go
/// shift nothing. Days kept as text that is none are found without a date. Safe for several threads.
/// </summary>
/// <param name="database">The database; not disposed here.</param>
/// <param name="options">The mapping.</param>
public sealed class SqlExamSource(DbDataSource database, SqlSourceOptions options) : IExamSource, ISourceFindings
{
    private readonly SqlExamMapping _map = options.Exams;
    private readonly IReadOnlyList<string> _key = options.Exams.Key ?? [options.Exams.StudyInstanceUid];

    /// <inheritdoc/>
    public string Name => options.Name;

    private bool IsText => _map.DateKind is SqlDateKind.Text or SqlDateKind.DashedText;

    /// <inheritdoc/>
    public async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        var (exams, seen, at) = (new List<ExamRecord>(), new HashSet<string>(StringComparer.Ordinal), continuation);
        do
        {
            at = await ReadRowsAsync(window, at, pageSize, exams, seen, cancellationToken);
        }
        while (at is not null && exams.Count == 0); // where a filter is not the database's a whole page may fall out

        return new ExamPage(exams, at, at is null && window.Kind == ExamWindowKind.Everything ? await AlarmAsync(cancellationToken) : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SourceFinding> FindingsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await AlarmAsync(cancellationToken) is { } alarm)
            yield return new SourceFinding(FindingKind.RecordWithoutStudy, alarm);
    }

    /// <summary>Reads some rows; answers where to go on, null at the end.</summary>
    private async Task<string?> ReadRowsAsync(
        ExamWindow window, string? continuation, int limit, List<ExamRecord> exams, HashSet<string> seen, CancellationToken cancellationToken)
    {
        var query = new SqlQuery(options);
        var columns = new SqlExamColumns(query, _map);
        var key = _key.Select(k => query.Select(k)!.Value).ToList();
        query.Where($"{_map.StudyInstanceUid} is not null");
        Narrow(query, window);
        if (continuation is not null)
            query.After(_key, Values(continuation));
        try
        {
            await using var command = query.ToCommand(database, _map.From, _key, limit);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            var (count, last) = (0, (string?)null);
            while (await rows.ReadAsync(cancellationToken))
            {
                count++;
                last = string.Join('/', key.Select(k => SqlKeyText.Of(rows.GetValue(k))));
                if (columns.Read(rows, options.TextEncoding) is { } exam && window.Contains(exam.StudyDate) && seen.Add(exam.StudyInstanceUid))
                    exams.Add(exam);
            }

            return count == limit ? last : null;
        }
        catch (DbException e)
        {
            throw SqlFailure.Of(Name, e);
        }
    }

    private void Narrow(SqlQuery query, ExamWindow window)
    {
        if (window.Kind == ExamWindowKind.Everything || (window.Kind == ExamWindowKind.WithoutDate && (IsText || _map.StudyDate is null)))
            return;
        if (_map.StudyDate is not { } date)
        {
            query.Where("1 = 0");
            return;
        }

        if (window.Kind == ExamWindowKind.WithoutDate)
        {
            query.Where($"{date} is null");
            return;
        }

        // Up to the day behind, so that a time of the last day is within.
        var (from, to) = (Bound(window.From), window.To == DateOnly.MaxValue ? null : Bound(window.To.AddDays(1)));
        query.Where($"{date} >= {query.Value(from)}");
        if (to is not null)
            query.Where($"{date} < {query.Value(to)}");
    }

    private object Bound(DateOnly day) => _map.DateKind switch
    {
        SqlDateKind.Date => day,
        SqlDateKind.Timestamp => day.ToDateTime(default),
        SqlDateKind.Text => day.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture),
        _ => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
    };

    private List<object> Values(string continuation)
    {
        var parts = continuation.Split('/');
        var values = new List<object>();
        foreach (var part in parts)
        {
            if (!SqlKeyText.TryParse(part, out var value))
                throw new ArgumentException("This is no continuation of a page of this source.", nameof(continuation));
            values.Add(value);
        }

        return values.Count == _key.Count ? values : throw new ArgumentException("This is no continuation of a page of this source.", nameof(continuation));
    }

    private async Task<string?> AlarmAsync(CancellationToken cancellationToken)
    {
        var query = new SqlQuery(options);
        query.Select("count(*)");
        query.Where($"({_map.StudyInstanceUid} is null or trim({_map.StudyInstanceUid}) = '')");
        try
        {
            await using var command = query.ToCommand(database, _map.From, []);
            var count = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
            return count == 0 ? null : $"{count} rows have no study UID: they cannot be moved before they get one.";
        }
        catch (DbException e)
        {
            throw SqlFailure.Of(Name, e);
        }
    }
}
