using MedStreams.Streams;
using NpgsqlTypes;

namespace MedStreams.Sinks.Tests;

/// <summary>A small result, as the tests write it.</summary>
internal sealed record CountRow(string Product, long Count);

/// <summary>A table of counts by product, and sinks onto it.</summary>
internal static class Counts
{
    public const string CreateTable =
        "CREATE TABLE public.counts (product varchar(20) PRIMARY KEY, count integer NOT NULL CHECK (count >= 0))";

    public const string CreateLog = "CREATE TABLE log (at bigint, text text)";

    public static readonly SinkPartition Partition = new("app", "counts", "increments", 0);

    public static PostgresTable<string, CountRow?> Table => new PostgresTable<string, CountRow?>("public.counts")
        .Key("product", NpgsqlDbType.Text, record => record.Key)
        .Column("count", NpgsqlDbType.Bigint, record => record.Value!.Count);

    public static PostgresTable<string, string> Log => new PostgresTable<string, string>("log")
        .Column("at", NpgsqlDbType.Bigint, (_, metadata) => metadata.Offset)
        .Column("text", NpgsqlDbType.Text, record => record.Value);

    public static PostgresSinkOptions Options(string connectionString) => new()
    {
        ConnectionString = connectionString,
        Owner = "test",
        RetryBackoff = TimeSpan.FromMilliseconds(1),
        RetryBackoffMax = TimeSpan.FromMilliseconds(20),
    };

    public static PostgresSink<string, CountRow?> Sink(string connectionString) =>
        new(Options(connectionString), Table);

    public static void Put(this ISinkWriter<string, CountRow?> writer, long offset, string product, long? count) =>
        writer.Write(
            new Record<string, CountRow?>(product, count is { } n ? new CountRow(product, n) : null, 0),
            new RecordMetadata("increments", 0, offset));

    public static void Put(this ISinkWriter<string, string> writer, long offset, string text) =>
        writer.Write(new Record<string, string>("", text, 0), new RecordMetadata("lines", 0, offset));

    /// <summary>Commits, and answers what was refused.</summary>
    public static async Task<IReadOnlyList<RejectedRecord>> CommitAsync<TKey, TValue>(
        this ISinkWriter<TKey, TValue> writer, long nextOffset)
    {
        IReadOnlyList<RejectedRecord> refused = [];
        await writer.CommitAsync(
            nextOffset,
            (records, _) =>
            {
                Assert.Empty(refused);
                refused = records;
                return ValueTask.CompletedTask;
            },
            TestContext.Current.CancellationToken);
        return refused;
    }

    /// <summary>Commits as the engine does: again and again while the target is away.</summary>
    public static async Task<IReadOnlyList<RejectedRecord>> CommitPatientlyAsync<TKey, TValue>(
        this ISinkWriter<TKey, TValue> writer, long nextOffset)
    {
        List<RejectedRecord> refused = [];
        while (true)
        {
            try
            {
                await writer.CommitAsync(
                    nextOffset,
                    (records, _) =>
                    {
                        refused.AddRange(records);
                        return ValueTask.CompletedTask;
                    },
                    TestContext.Current.CancellationToken);
                return refused;
            }
            catch (SinkUnavailableException)
            {
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }
        }
    }
}
