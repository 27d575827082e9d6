using System.Security.Cryptography;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Topologies.Increments;

namespace MedStreams.Cli.Demo;

/// <summary>
/// The input counted a second time, in one plain pass in memory, and what the job has made of it held against that: every
/// column of every row, and every dead letter.
/// </summary>
internal sealed class IndependentCount
{
    private const string Query =
        """
        SELECT product, event_type, (extract(epoch FROM window_start) * 1000)::bigint,
               count, distinct_subjects, running_total, late
        FROM medstreams.increments
        """;

    private readonly ExpectedIncrements _expected;
    private readonly Dictionary<string, int> _dead = new(StringComparer.Ordinal);

    /// <summary>Counts the records.</summary>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public IndependentCount(IncrementsOptions options, IEnumerable<DemoRecord> records)
    {
        _expected = new ExpectedIncrements(options);
        foreach (var record in records)
        {
            var refused = _expected.DeadLettered;
            _expected.Add(System.Text.Encoding.UTF8.GetBytes(record.Key), record.Value, record.Timestamp, record.Source);
            if (_expected.DeadLettered > refused)
                _dead[Fingerprint(record.Value)] = _dead.GetValueOrDefault(Fingerprint(record.Value)) + 1;
        }

        Rows = _expected.Rows().Count;
    }

    /// <summary>Rows that the table must have.</summary>
    public int Rows { get; }

    /// <summary>Records that the rows must account for.</summary>
    public long Counted => _expected.Counted + _expected.Late;

    /// <summary>Records that must be in the dead-letter topic.</summary>
    public long DeadLettered => _expected.DeadLettered;

    /// <summary>How many records the rows in PostgreSQL account for; 0 while there is no table, or no server.</summary>
    public static async Task<long> CountedAsync(string connectionString, CancellationToken stop)
    {
        const string Sum = "SELECT coalesce(sum(count + late), 0)::bigint FROM medstreams.increments";
        try
        {
            return await PostgresQuery.RowsAsync(connectionString, Sum, row => row.GetInt64(0), stop).FirstAsync(stop);
        }
        catch (StreamsException)
        {
            return 0; // the runner has not made the table yet, or the server is away at this moment
        }
    }

    /// <summary>Reads all rows and holds them against the count.</summary>
    /// <exception cref="StreamsException">The server is away, or there is no table.</exception>
    public async Task<IncrementComparison> CompareAsync(string connectionString, CancellationToken stop) =>
        _expected.Compare(await PostgresQuery.RowsAsync(
            connectionString,
            Query,
            row => new IncrementRow
            {
                Product = row.GetString(0),
                EventType = row.GetString(1),
                WindowStart = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
                Count = row.GetInt64(3),
                DistinctSubjects = row.GetInt64(4),
                RunningTotal = row.GetInt64(5),
                Late = row.GetInt64(6),
            },
            stop).ToListAsync(stop));

    /// <summary>Holds dead letters against those that must be there, byte for byte.</summary>
    /// <returns>How many are missing, and how many too many.</returns>
    public (long Missing, long Extra) CompareDeadLetters(IEnumerable<byte[]> letters)
    {
        var rest = new Dictionary<string, int>(_dead, StringComparer.Ordinal);
        var extra = 0L;
        foreach (var fingerprint in letters.Select(Fingerprint))
        {
            var left = rest.GetValueOrDefault(fingerprint) - 1;
            rest[fingerprint] = left;
            extra += left < 0 ? 1 : 0;
        }

        return (rest.Values.Sum(left => Math.Max(0L, left)), extra);
    }

    private static string Fingerprint(byte[] value) => Convert.ToHexString(SHA256.HashData(value));
}
