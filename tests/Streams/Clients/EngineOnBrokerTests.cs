using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>The engine with its real clients against the embedded broker.</summary>
public sealed class EngineOnBrokerTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly string _app = broker.Unique("app");

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Theory]
    [InlineData(ProcessingGuarantee.AtLeastOnce)]
    [InlineData(ProcessingGuarantee.ExactlyOnceV2)]
    public async Task Every_record_comes_out_once_and_in_the_order_of_its_key(ProcessingGuarantee guarantee)
    {
        var (input, output) = ($"{_app}-in", $"{_app}-out");
        await broker.CreateTopicsAsync(4, input, output);
        broker.Produce(input, Enumerable.Range(0, 5000).Select(i => ($"k{i % 50}", $"v{i}")));
        var builder = new StreamsBuilder();
        builder.Stream<string, string>(input).MapValues(v => v.ToUpperInvariant()).To(output);
        await using var streams = await StartAsync(builder.Build(), guarantee);

        var read = broker.Read(output, 5000);

        Assert.All(
            read.GroupBy(r => r.Key),
            g => Assert.Equal(
                Enumerable.Range(0, 5000).Where(i => $"k{i % 50}" == g.Key).Select(i => $"V{i}"),
                g.Select(r => r.Value)));
        await Eventually.Holds(() => broker.Lag(_app, input) == 0);
    }

    [Fact]
    public async Task Counts_over_a_repartition_topic_stay_exact_while_instances_come_and_go()
    {
        var (input, output) = ($"{_app}-in", $"{_app}-out");
        await broker.CreateTopicsAsync(4, input, output);
        const int rounds = 6, perRound = 600;
        var one = await StartAsync(Counting(input, output), instance: "one", threads: 2);
        KafkaStreams? two = null;
        for (var round = 0; round < rounds; round++)
        {
            broker.Produce(input, Enumerable.Range(round * perRound, perRound).Select(i => ($"any{i}", $"k{i % 7}")));
            if (round % 2 == 0)
                two = await StartAsync(Counting(input, output), instance: "two");
            else
                await two!.DisposeAsync();
        }

        var read = broker.Read(output, rounds * perRound);

        await one.DisposeAsync();
        Assert.All(
            read.GroupBy(r => r.Key),
            g => Assert.Equal(Enumerable.Range(1, g.Count()).Select(i => i.ToString()), g.Select(r => r.Value)));
        Assert.Equal(7, read.Select(r => r.Key).Distinct().Count());
    }

    [Fact]
    public async Task State_comes_back_from_the_changelog_where_the_folder_is_gone()
    {
        var (input, output) = ($"{_app}-in", $"{_app}-out");
        await broker.CreateTopicsAsync(2, input, output);
        for (var round = 1; round <= 3; round++)
        {
            broker.Produce(input, Enumerable.Range(0, 100).Select(i => ($"any{i}", $"k{i % 10}")));
            await using (await StartAsync(Counting(input, output)))
                broker.Read(output, round * 100);
            Directory.Delete(Path.Combine(_stateDir, _app), recursive: true);
        }

        var last = broker.Read(output, 300).GroupBy(r => r.Key).Select(g => g.Last().Value);

        Assert.Equal(Enumerable.Repeat("30", 10), last);
    }

    [Fact]
    public async Task A_static_member_restarts_without_a_rebalance_and_gets_its_tasks_back()
    {
        var (input, output) = ($"{_app}-in", $"{_app}-out");
        await broker.CreateTopicsAsync(4, input, output);
        broker.Produce(input, Enumerable.Range(0, 100).Select(i => ($"any{i}", $"k{i % 10}")));
        await using var one = await StartAsync(Counting(input, output), instance: "one", groupInstance: "one");
        var two = await StartAsync(Counting(input, output), instance: "two", groupInstance: "two");
        await Eventually.Holds(() => one.State == KafkaStreamsState.Running && two.State == KafkaStreamsState.Running);
        broker.Read(output, 100);
        var tasks = Tasks(two);
        Assert.NotEmpty(tasks);

        var disturbed = 0;
        one.OnStateChange = (_, _) => Interlocked.Increment(ref disturbed);
        for (var restart = 0; restart < 3; restart++)
        {
            await two.DisposeAsync();
            two = await StartAsync(Counting(input, output), instance: "two", groupInstance: "two");
            await Eventually.Holds(() => two.State == KafkaStreamsState.Running && Tasks(two).SetEquals(tasks));
        }

        broker.Produce(input, Enumerable.Range(0, 100).Select(i => ($"any{i}", $"k{i % 10}")));
        var last = broker.Read(output, 200).GroupBy(r => r.Key).Select(g => g.Last().Value);
        Assert.Equal(Enumerable.Repeat("20", 10), last);
        Assert.Equal(0, disturbed);
        await two.DisposeAsync();
    }

    [Fact]
    public async Task A_static_member_that_lost_its_disk_is_known_by_its_name_and_gets_its_tasks_back()
    {
        var (input, output) = ($"{_app}-in", $"{_app}-out");
        await broker.CreateTopicsAsync(4, input, output);
        await using var one = await StartAsync(Counting(input, output), instance: "one", groupInstance: "one");
        var two = await StartAsync(Counting(input, output), instance: "two", groupInstance: "two");
        await Eventually.Holds(() => one.State == KafkaStreamsState.Running && two.State == KafkaStreamsState.Running && Tasks(two).Count > 0);
        broker.Produce(input, Enumerable.Range(0, 100).Select(i => ($"any{i}", $"k{i % 10}")));
        broker.Read(output, 100);
        var tasks = Tasks(two);

        await two.DisposeAsync();
        Directory.Delete(Path.Combine(_stateDir, "two"), recursive: true);
        await using var again = await StartAsync(Counting(input, output), instance: "two", groupInstance: "two");
        await Eventually.Holds(() => again.State == KafkaStreamsState.Running && Tasks(again).SetEquals(tasks));

        broker.Produce(input, Enumerable.Range(0, 100).Select(i => ($"any{i}", $"k{i % 10}")));
        Assert.Equal(Enumerable.Repeat("20", 10), broker.Read(output, 200).GroupBy(r => r.Key).Select(g => g.Last().Value));
    }

    private static HashSet<TaskId> Tasks(KafkaStreams streams) =>
        [.. streams.MetadataForLocalThreads().SelectMany(t => t.ActiveTasks).Select(t => t.TaskId)];

    private static Topology Counting(string input, string output)
    {
        var builder = new StreamsBuilder();
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore("counts"), Serdes.String, Serdes.String));
        builder.Stream<string, string>(input)
            .SelectKey((_, value) => value)
            .Repartition()
            .Process(() => new CountingProcessor("counts"), ["counts"])
            .To(output);
        return builder.Build();
    }

    private async Task<KafkaStreams> StartAsync(
        Topology topology,
        ProcessingGuarantee guarantee = ProcessingGuarantee.ExactlyOnceV2,
        string instance = "",
        int threads = 1,
        string? groupInstance = null)
    {
        var streams = new KafkaStreams(topology, new StreamsConfig
        {
            ApplicationId = _app,
            BootstrapServers = broker.BootstrapServers,
            ProcessingGuarantee = guarantee,
            StateDir = Path.Combine(_stateDir, instance),
            NumStreamThreads = threads,
            GroupInstanceId = groupInstance,
            CommitInterval = TimeSpan.FromMilliseconds(50),
        });
        await streams.StartAsync();
        return streams;
    }
}
