using System.Data.Common;
using System.Globalization;
using System.Text;
using MedStreams.Sources.Pacs.Sql;

namespace MedStreams.Sources.Cards;

/// <summary>
/// Cards in a table or view, read whole by one statement, which sees one state of the database: no change is missed whatever order transactions end in, deletions
/// included. What has not changed is not written again. It is read when the database says so, and in any case after the interval.
/// </summary>
/// <param name="database">The database; it is only read.</param>
/// <param name="from">What stands behind FROM.</param>
/// <param name="columns">Which expressions hold what.</param>
/// <param name="wait">Waits for a change, or until the interval is over.</param>
/// <param name="timeout">How long reading may take.</param>
public sealed class SqlCardSource(DbDataSource database, string from, CardColumns columns, Func<CancellationToken, Task> wait, TimeSpan timeout) : ICardSource
{
    /// <summary>What has to be closed with it.</summary>
    public IReadOnlyList<IAsyncDisposable> Resources { get; init; } = [];

    /// <inheritdoc/>
    public async Task<CardBatch?> ReadAsync(string? position, CancellationToken cancellationToken)
    {
        var expressions = columns.All.Distinct(StringComparer.Ordinal).ToList();
        var places = expressions.Select((e, i) => (e, i)).ToDictionary(e => e.e, e => e.i, StringComparer.Ordinal);
        var collected = new CardCollector(columns);
        try
        {
            await using var command = database.CreateCommand($"select {string.Join(", ", expressions)} from {from}");
            command.CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            for (var row = 1; await rows.ReadAsync(cancellationToken); row++)
            {
                var cells = Enumerable.Range(0, expressions.Count).Select(i => Cell(rows, i)).ToList();
                collected.Take(string.Create(CultureInfo.InvariantCulture, $"row {row}"), Encoding.UTF8.GetBytes(string.Join('\t', cells)), column => cells[places[column]]);
            }

            return collected.ToBatch(position: null);
        }
        catch (DbException e)
        {
            var what = e.SqlState is { Length: 5 } state && state.StartsWith("42", StringComparison.Ordinal)
                ? $"The database does not take the query for cards ({state}): look at Sync:Cards:From and Sync:Cards:Columns"
                : $"The database of cards does not answer ({e.SqlState ?? "no state"})";
            throw new CardSourceException(what + "; nothing is changed.", e);
        }
    }

    /// <inheritdoc/>
    public Task WaitAsync(CancellationToken cancellationToken) => wait(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var resource in Resources)
            await resource.DisposeAsync();
    }

    private string? Cell(DbDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetValue(column) switch
    {
        DateTime time => time.ToString(columns.DateFormat, CultureInfo.InvariantCulture),
        DateOnly date => date.ToString(columns.DateFormat, CultureInfo.InvariantCulture),
        _ => SqlValues.Text(rows, column, encoding: null),
    };
}
