using System.Collections.Immutable;
using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Cli.Demo;
using MedStreams.Local;
using MedStreams.Support;
using MedStreams.Topologies.RangeStatistics;
using Npgsql;

namespace MedStreams.EndToEnd.Tests;

/// <summary>
/// <c>medstreams run range-statistics</c> killed again and again while modules report (S1.7): every row of the table ends where the
/// rules say, and no row ever shows a total of two rounds.
/// </summary>
public sealed class RangeStatisticsKillTests
{
    private const int Ranges = 20;
    private const int Modules = 3;
    private const int Rounds = 30;
    private const int Kills = 5;

    private readonly RangeStatisticsOptions _options;
    private readonly string _prefix = NamedBroker.UniquePrefix();

    public RangeStatisticsKillTests() => _options = new()
    {
        MembershipTopic = _prefix + "membership",
        ReportsTopic = _prefix + "reports",
        ResultsTopic = _prefix + "results",
        DeadLetterTopic = _prefix + "dead-letter",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S1_7_totals_are_of_one_round_whatever_is_killed()
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-ranges-");
        await using (var database = await PrivatePostgres.StartAsync(cancellationToken: Stop))
        await using (var broker = await EndToEndBroker.StartAsync(Path.Combine(folder.FullName, "broker"), _prefix, Stop))
        {
            await Topics.CreateAsync(broker.BootstrapServers, 2, RangeStatisticsTopology.Topics(_options));
            using var runner = new Runner(folder.FullName, broker, database, _options, _prefix);
            runner.Start();
            using var producer = new ProducerBuilder<string, string>(new ProducerConfig
            {
                BootstrapServers = broker.BootstrapServers,
                EnableIdempotence = true,
            }).Build();
            foreach (var (range, module) in All())
                Send(producer, _options.MembershipTopic, range, new MembershipEvent(module, MembershipChange.Join), RangeForms.Default.MembershipEvent);
            producer.Flush(Stop);

            for (var round = 1; round <= Rounds; round++)
            {
                foreach (var (range, module) in All())
                    Send(producer, _options.ReportsTopic, range, Report(module, round), RangeForms.Default.ModuleReport);
                producer.Flush(Stop);
                if (round % (Rounds / Kills) == 0)
                {
                    await Waiting.UntilAsync(async () => (await RowsAsync(database)).Any(r => r.Round > round - (Rounds / Kills)), TimeSpan.FromSeconds(20), Stop);
                    runner.Start();
                }

                Assert.All(await RowsAsync(database), row => Assert.Equal(row.Round > 0 ? row.Round * 1000 * Modules : 0, row.Total));
            }

            var done = await Waiting.UntilAsync(
                async () => await RowsAsync(database) is { Count: Ranges } rows && rows.All(r => r.Round == Rounds), TimeSpan.FromMinutes(2), Stop);

            Assert.True(done, $"{await File.ReadAllTextAsync(runner.LogFile, Stop)}\n{string.Join('\n', await RowsAsync(database))}");
            Assert.All(await RowsAsync(database), row => Assert.Equal(Rounds * 1000 * Modules, row.Total));
        }

        folder.Delete(recursive: true);
    }

    private static IEnumerable<(string Range, string Module)> All() =>
        from range in Enumerable.Range(0, Ranges) from module in Enumerable.Range(0, Modules) select ($"range-{range}", $"M{module}");

    private static ModuleReport Report(string module, long round) =>
        new(module, round, UpdateFlag.Updated, ImmutableSortedDictionary<string, decimal>.Empty.Add("exams", round * 1000));

    private static void Send<T>(
        IProducer<string, string> producer, string topic, string key, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> form) =>
        producer.Produce(topic, new() { Key = key, Value = JsonSerializer.Serialize(value, form) });

    private static async Task<List<(string Range, long Round, decimal Total)>> RowsAsync(PrivatePostgres database)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var exists = source.CreateCommand("SELECT to_regclass('medstreams.range_statistics') IS NOT NULL");
        if (await exists.ExecuteScalarAsync(Stop) is not true)
            return [];
        await using var command = source.CreateCommand(
            "SELECT range, round, coalesce((consistent->>'exams')::numeric, 0) FROM medstreams.range_statistics ORDER BY range");
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<(string Range, long Round, decimal Total)>();
        while (await reader.ReadAsync(Stop))
            rows.Add((reader.GetString(0), reader.GetInt64(1), reader.GetDecimal(2)));
        return rows;
    }

    /// <summary>The topology as a process of its own.</summary>
    private sealed class Runner(
        string folder, EndToEndBroker broker, PrivatePostgres database, RangeStatisticsOptions options, string prefix) : IDisposable
    {
        private GuardedProcess? _process;

        public string LogFile => Path.Combine(folder, "runner.log");

        /// <summary>Starts it, after killing it with signal 9 where it runs.</summary>
        public void Start()
        {
            _process?.Kill();
            _process?.Dispose();
            _process = SelfProcess.Start(
                ["run", "range-statistics", "--state-dir", Path.Combine(folder, "state")],
                new Dictionary<string, string?>
                {
                    ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = broker.BootstrapServers,
                    ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = database.ConnectionString,
                    ["MEDSTREAMS__STREAMS__APPLICATIONID"] = prefix + "ranges",
                    ["MEDSTREAMS__RANGESTATISTICS__MEMBERSHIPTOPIC"] = options.MembershipTopic,
                    ["MEDSTREAMS__RANGESTATISTICS__REPORTSTOPIC"] = options.ReportsTopic,
                    ["MEDSTREAMS__RANGESTATISTICS__RESULTSTOPIC"] = options.ResultsTopic,
                    ["MEDSTREAMS__RANGESTATISTICS__DEADLETTERTOPIC"] = options.DeadLetterTopic,
                    ["MEDSTREAMS__STREAMS__GROUPINSTANCEID"] = "ranges-1",
                },
                LogFile);
        }

        public void Dispose() => _process?.Dispose();
    }
}

/// <summary>Generated code for the inputs.</summary>
[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(ModuleReport))]
[System.Text.Json.Serialization.JsonSerializable(typeof(MembershipEvent))]
internal sealed partial class RangeForms : System.Text.Json.Serialization.JsonSerializerContext;
