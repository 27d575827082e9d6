using System.Text.RegularExpressions;
using MedStreams.Streams.State;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>Global stores and topics by pattern with real clients against the embedded broker.</summary>
public sealed class GlobalStoresOnBrokerTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly string _app = broker.Unique("app");

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Theory]
    [InlineData(StoreType.Persistent)]
    [InlineData(StoreType.InMemory)]
    public async Task A_global_table_is_whole_before_the_first_record_and_follows_its_topic(StoreType type)
    {
        var (input, facts, output) = ($"{_app}-in", $"{_app}-facts", $"{_app}-out");
        await broker.CreateTopicsAsync(3, input, facts);
        await broker.CreateTopicsAsync(1, output);
        broker.Produce(facts, Enumerable.Range(0, 500).Select(i => ($"f{i}", $"old{i}")));
        broker.Produce(input, Enumerable.Range(0, 100).Select(i => ($"k{i}", $"f{i * 5}")));
        var topology = Joining(input, facts, output, type);
        await using (await StartAsync(topology))
        {
            Assert.All(broker.Read(output, 100), r => Assert.Equal($"f{r.Key[1..]}=old", Trim(r)));
            broker.Produce(facts, Enumerable.Range(0, 500).Select(i => ($"f{i}", $"new{i}")));
            await Eventually.Holds(() =>
            {
                broker.Produce(input, [("probe", "f499")]);
                return broker.ReadAll(output)[^1].Value == "f499=new499";
            });
        }

        // What is on disk is read again from where it stands; what is in memory from the beginning.
        broker.Produce(facts, [("f1", "newest")]);
        var seen = broker.ReadAll(output).Count;
        broker.Produce(input, [("k", "f0"), ("k", "f1")]);
        await using (await StartAsync(topology))
            Assert.Equal(["f0=new0", "f1=newest"], broker.Read(output, seen + 2).Skip(seen).Select(r => r.Value).Order());

        static string Trim((string Key, string Value) read) => $"f{read.Key[1..]}=" + read.Value.Split('=')[1][..3];
    }

    [Fact]
    public async Task A_global_store_goes_on_from_its_own_position_and_is_rebuilt_where_the_topic_does_not_hold_that()
    {
        var (input, facts, output) = ($"{_app}-in", $"{_app}-facts", $"{_app}-out");
        await broker.CreateTopicsAsync(1, input, facts, output);
        broker.Produce(facts, Enumerable.Range(0, 50).Select(i => ($"f{i}", "x")));
        await using (await StartAsync(Joining(input, facts, output, StoreType.Persistent)))
        {
        }

        using (var states = StateDirectory.Open(_stateDir, _app, new StateSettings(), TimeProvider.System))
        {
            using var state = TaskState.Open(
                states, TaskId.Global, _app, [new(Store("facts"), null)], static t => t);
            Assert.Equal(50, state.GlobalPosition("facts", new TopicPartition(facts, 0)));
            Assert.Empty(states.CleanUp(TimeSpan.Zero));
        }

        await broker.DeleteTopicAsync(facts);
        await broker.CreateTopicsAsync(1, facts);
        broker.Produce(facts, [("f1", "y")]);
        broker.Produce(input, [("k", "f1"), ("k", "f2")]);
        await using (await StartAsync(Joining(input, facts, output, StoreType.Persistent)))
            Assert.Equal(["f1=y", "f2="], broker.Read(output, 2).Select(r => r.Value));
    }

    [Fact]
    public async Task A_processor_fills_a_global_store_and_no_other_may_write_it()
    {
        var (input, facts, output) = ($"{_app}-in", $"{_app}-facts", $"{_app}-out");
        await broker.CreateTopicsAsync(2, input, facts, output);
        broker.Produce(facts, [("f", "loud")]);
        broker.Produce(input, [("k", "f")]);
        var builder = new StreamsBuilder();
        builder.AddGlobalStore(Store("facts"), facts, new Consumed<string, string>(), () => new Shouting());
        builder.Stream<string, string>(input).Process(() => new Writing()).To(output);
        await using var streams = await StartAsync(builder.Build());
        Assert.Equal([("k", "LOUD, refused")], broker.Read(output, 1));
    }

    [Fact]
    public async Task New_topics_of_a_pattern_are_found_while_it_runs()
    {
        await broker.CreateTopicsAsync(2, $"{_app}-log-a");
        await broker.CreateTopicsAsync(1, $"{_app}-out", $"{_app}-logistics");
        broker.Produce($"{_app}-log-a", [("k", "1"), ("k", "2")]);
        var builder = new StreamsBuilder();
        builder.Stream<string, string>(new Regex($@"{_app}-log-\w", RegexOptions.NonBacktracking))
            .GroupByKey()
            .Count(new Materialized<string, long?> { StoreName = "counts", CachingEnabled = false })
            .ToStream()
            .MapValues(v => v.ToString()!)
            .To($"{_app}-out");
        await using var streams = await StartAsync(builder.Build());
        Assert.Equal(["1", "2"], broker.Read($"{_app}-out", 2).Select(r => r.Value));

        await broker.CreateTopicsAsync(2, $"{_app}-log-b");
        broker.Produce($"{_app}-log-b", [("k", "3")]);
        broker.Produce($"{_app}-logistics", [("k", "4")]);

        Assert.Equal(["1", "2", "3"], broker.Read($"{_app}-out", 3).Select(r => r.Value));
        await Eventually.Holds(() => broker.Lag(_app, $"{_app}-log-b") == 0);
    }

    [Fact]
    public async Task A_pattern_without_a_topic_waits_for_the_first()
    {
        await broker.CreateTopicsAsync(1, $"{_app}-out");
        var builder = new StreamsBuilder();
        builder.Stream<string, string>(new Regex($@"{_app}-late-.*", RegexOptions.NonBacktracking))
            .GroupByKey()
            .Count(new Materialized<string, long?> { StoreName = "counts", CachingEnabled = false })
            .ToStream()
            .MapValues(v => v.ToString()!)
            .To($"{_app}-out");
        await using var streams = await StartAsync(builder.Build());

        await broker.CreateTopicsAsync(2, $"{_app}-late-1");
        broker.Produce($"{_app}-late-1", [("k", "x")]);

        Assert.Equal([("k", "1")], broker.Read($"{_app}-out", 1));
    }

    private static StoreBuilder<ITimestampedKeyValueStore<string, string>> Store(string name) =>
        Stores.TimestampedKeyValueStoreBuilder(Stores.PersistentKeyValueStore(name), Serdes.String, Serdes.String);

    private static Topology Joining(string input, string facts, string output, StoreType type)
    {
        var builder = new StreamsBuilder();
        var table = builder.GlobalTable(facts, new Materialized<string, string> { StoreName = "facts", StoreType = type });
        builder.Stream<string, string>(input).LeftJoin(table, (_, v) => v, (v, f) => $"{v}={f}").To(output);
        return builder.Build();
    }

    private async Task<KafkaStreams> StartAsync(Topology topology)
    {
        var streams = new KafkaStreams(topology, new StreamsConfig
        {
            ApplicationId = _app,
            BootstrapServers = broker.BootstrapServers,
            StateDir = _stateDir,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            CommitInterval = TimeSpan.FromMilliseconds(20),
            MainConsumer = new Dictionary<string, string> { ["topic.metadata.refresh.interval.ms"] = "200" },
        });
        await streams.StartAsync();
        return streams;
    }

    private sealed class Shouting : IProcessor<string, string, string, string>
    {
        private ITimestampedKeyValueStore<string, string> _store = null!;

        public void Init(IProcessorContext<string, string> context) =>
            _store = context.GetStateStore<ITimestampedKeyValueStore<string, string>>("facts");

        public void Process(in Record<string, string> record) =>
            _store.Put(record.Key, new ValueAndTimestamp<string>(record.Value.ToUpperInvariant(), record.Timestamp));
    }

    private sealed class Writing : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string> _context = null!;

        public void Init(IProcessorContext<string, string> context) => _context = context;

        public void Process(in Record<string, string> record)
        {
            var store = _context.GetStateStore<ITimestampedKeyValueStore<string, string>>("facts");
            var refused = Xunit.Record.Exception(() => store.Put("f", null)) is InvalidOperationException;
            _context.Forward(record.WithValue($"{store.Get(record.Value)?.Value}, {(refused ? "refused" : "written")}"));
        }
    }
}
