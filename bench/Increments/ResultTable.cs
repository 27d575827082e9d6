using MedStreams.Bench.Support;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Topologies.Increments;

namespace MedStreams.Increments.Bench;

/// <summary>What the job has written into PostgreSQL.</summary>
internal sealed class ResultTable(string connectionString)
{
    /// <summary>How many records the rows account for; 0 while there is no table.</summary>
    public async Task<long> RecordsAsync()
    {
        try
        {
            return await QueryAsync(
                "SELECT coalesce(sum(count + late), 0)::bigint FROM medstreams.increments", row => row.GetInt64(0)).FirstAsync();
        }
        catch (StreamsException)
        {
            return 0; // the sink has not made the table yet
        }
    }

    /// <summary>Holds every row against the count in memory.</summary>
    /// <exception cref="BenchException">A row differs: what is not right needs no speed.</exception>
    public async Task CheckAsync(ExpectedIncrements expected)
    {
        var rows = await QueryAsync(
            """
            SELECT product, event_type, (extract(epoch FROM window_start) * 1000)::bigint,
                   count, distinct_subjects, running_total, late
            FROM medstreams.increments
            """,
            row => new IncrementRow
            {
                Product = row.GetString(0),
                EventType = row.GetString(1),
                WindowStart = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
                Count = row.GetInt64(3),
                DistinctSubjects = row.GetInt64(4),
                RunningTotal = row.GetInt64(5),
                Late = row.GetInt64(6),
            }).ToListAsync();
        var comparison = expected.Compare(rows);
        if (!comparison.Holds)
        {
            throw new BenchException(
                $"{comparison.Differences.Count} rows are wrong: {comparison.Lost} events lost, {comparison.Doubled} doubled.");
        }
    }

    /// <summary>Forgets everything, the sink's positions included.</summary>
    public async Task DropAsync() => await QueryAsync("DROP SCHEMA IF EXISTS medstreams CASCADE", _ => 0).CountAsync();

    private IAsyncEnumerable<T> QueryAsync<T>(string sql, Func<System.Data.IDataRecord, T> read) =>
        PostgresQuery.RowsAsync(connectionString, sql, read);
}
