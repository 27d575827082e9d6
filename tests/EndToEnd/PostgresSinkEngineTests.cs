using System.Globalization;
using MedStreams.Cli.Demo;
using MedStreams.Local;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Support;
using NpgsqlTypes;

namespace MedStreams.EndToEnd.Tests;

/// <summary>The sink under the engine, on the embedded broker: a topic into a table while everything is killed.</summary>
public sealed class PostgresSinkEngineTests
{
    private const int Partitions = 3;
    private readonly string _prefix = NamedBroker.UniquePrefix();

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_record_of_a_topic_is_in_the_table_once_though_broker_database_and_engine_are_killed()
    {
        const int Count = 6_000;
        var folder = Directory.CreateTempSubdirectory("medstreams-e2e-");
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(cancellationToken: Stop);
            await PostgresQuery.RowsAsync(
                postgres.ConnectionString, "CREATE TABLE lines (source text, at bigint, text text)", _ => 0, Stop).CountAsync(Stop);
            await using var broker = await EndToEndBroker.StartAsync(Path.Combine(folder.FullName, "broker"), _prefix, Stop);
            await Topics.CreateAsync(broker.BootstrapServers, Partitions, _prefix + "lines", _prefix + "dead");

            var records = Enumerable.Range(0, Count).Select(i => new DemoRecord(
                "test", $"k{i % 50}", 1_000_000 + i, System.Text.Encoding.UTF8.GetBytes(i % 500 == 77 ? $"poison\0{i}" : $"line {i}")));
            var replay = new Replay(broker.BootstrapServers, _prefix + "lines");
            var producing = replay.RunAsync(records, perSecond: 1_500, Stop);

            await using (var engine = Engine(broker, postgres, folder.FullName))
            {
                await engine.StartAsync(Stop);
                await ReachedAsync(postgres, 300);
                await postgres.KillAsync();
                var sent = replay.Acknowledged;
                await Waiting.UntilAsync(() => replay.Acknowledged > sent + 300, Patience, Stop); // the engine has to wait
                await postgres.StartAgainAsync(Stop);
                await ReachedAsync(postgres, 1_500);
                await broker.KillAndStartAgainAsync(Stop);
                await ReachedAsync(postgres, 2_500);
            }

            await using var second = Engine(broker, postgres, folder.FullName);
            await second.StartAsync(Stop);
            await producing;
            var good = Count - (Count / 500);
            await ReachedAsync(postgres, good);
            Assert.Equal(good, await ScalarAsync(postgres, "SELECT count(*) FROM lines"));
            Assert.Equal(good, await ScalarAsync(postgres, "SELECT count(DISTINCT text) FROM lines"));
            Assert.True(await Waiting.UntilAsync(() => second.State == KafkaStreamsState.Running, Patience, Stop));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private KafkaStreams Engine(EndToEndBroker broker, PrivatePostgres postgres, string folder)
    {
        var sink = new PostgresSink<string, string>(
            new PostgresSinkOptions { ConnectionString = postgres.ConnectionString },
            new PostgresTable<string, string>("lines")
                .Column("source", NpgsqlDbType.Text, (_, metadata) => metadata.Partition.ToString(CultureInfo.InvariantCulture))
                .Column("at", NpgsqlDbType.Bigint, (_, metadata) => metadata.Offset)
                .Column("text", NpgsqlDbType.Text, record => record.Value));
        var builder = new StreamsBuilder();
        builder.Stream(_prefix + "lines", Consumed.With(Serdes.String, Serdes.String)).ToSink("to-lines", sink);
        return new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = _prefix + "to-postgres",
            BootstrapServers = broker.BootstrapServers,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            StateDir = Path.Combine(folder, "state"),
            DeadLetterTopic = _prefix + "dead",
            NumStreamThreads = 2,
            SessionTimeout = TimeSpan.FromSeconds(6),
        });
    }

    private static async Task ReachedAsync(PrivatePostgres postgres, long rows) => Assert.True(
        await Waiting.UntilAsync(
            async () => await ScalarAsync(postgres, "SELECT count(*) FROM lines") >= rows, Patience, Stop),
        $"{rows} rows were not reached");

    private static async Task<long> ScalarAsync(PrivatePostgres postgres, string sql) =>
        await PostgresQuery.RowsAsync(postgres.ConnectionString, sql, row => row.GetInt64(0), Stop).FirstAsync(Stop);
}
