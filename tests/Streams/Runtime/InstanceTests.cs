using System.Collections.Concurrent;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>What a user sees of an instance and does with it: states, threads, pauses, ends.</summary>
public sealed class InstanceTests : IAsyncDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in", 4).WithTopic("out", 4);
    private readonly List<KafkaStreams> _instances = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        Directory.Delete(_stateDir, recursive: true);
    }

    [Fact]
    public async Task A_listener_hears_each_change_of_the_state_in_order()
    {
        var heard = new ConcurrentQueue<(KafkaStreamsState To, KafkaStreamsState From)>();
        var streams = Make(Copy(), "one");
        streams.OnStateChange = (to, from) => heard.Enqueue((to, from));
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        await streams.CloseAsync();
        await Eventually.Holds(() => heard.Any(h => h.To == KafkaStreamsState.NotRunning));

        var told = heard.ToList();
        Assert.Equal((KafkaStreamsState.Rebalancing, KafkaStreamsState.Created), told[0]);
        Assert.Contains((KafkaStreamsState.Running, KafkaStreamsState.Rebalancing), told);
        Assert.Equal(told.Skip(1).Select(t => t.From), told.SkipLast(1).Select(t => t.To));
    }

    [Fact]
    public async Task A_listener_may_stop_the_instance_and_its_errors_harm_nobody()
    {
        var streams = Make(Copy(), "one");
        var closing = Task.FromResult(true);
        streams.OnStateChange = (to, _) =>
        {
            if (to != KafkaStreamsState.Running)
                return;
            closing = streams.CloseAsync();
            throw new InvalidOperationException();
        };
        await streams.StartAsync();

        await streams.Completion;

        Assert.True(await closing);
        Assert.Equal(KafkaStreamsState.NotRunning, streams.State);
    }

    [Fact]
    public async Task A_paused_instance_processes_nothing_and_loses_nothing()
    {
        var streams = await StartAsync(Copy(), "one");
        Send(0, 10);
        await Eventually.Holds(() => Out() == 10);

        streams.Pause();
        Send(10, 20);
        await Task.WhenAny(Eventually.Holds(() => Out() > 10, TimeSpan.FromMilliseconds(300)));
        Assert.True(streams.IsPaused);
        Assert.Equal((10, KafkaStreamsState.Running), (Out(), streams.State));
        streams.Resume();

        await Eventually.Holds(() => Out() == 20 && Committed() == 20);
    }

    [Fact]
    public async Task An_instance_that_starts_paused_waits_for_the_word()
    {
        Send(0, 10);
        var streams = Make(Copy(), "one");
        streams.Pause();
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        Assert.Equal(0, Out());

        streams.Resume();

        await Eventually.Holds(() => Out() == 10);
    }

    [Fact]
    public async Task Threads_are_added_and_removed_while_records_flow()
    {
        var streams = await StartAsync(Copy(), "one");
        Assert.Equal("app-one-StreamThread-2", streams.AddStreamThread());
        Assert.Equal("app-one-StreamThread-3", streams.AddStreamThread());
        Send(0, 40);
        await Eventually.Holds(() => Spread(streams) is [_, _, _] and var loads && loads.Sum() == 4 && loads.Min() >= 1);

        Assert.Equal("app-one-StreamThread-3", await streams.RemoveStreamThreadAsync());
        Send(40, 80);
        await Eventually.Holds(() => Spread(streams) is [2, 2]);
        Assert.Equal("app-one-StreamThread-3", streams.AddStreamThread());

        await Eventually.Holds(() => Out() == 80 && Committed() == 80);
    }

    [Fact]
    public async Task Nothing_is_added_before_the_start_and_nothing_removed_after_the_stop()
    {
        var streams = Make(Copy(), "one");
        Assert.Null(streams.AddStreamThread());
        await streams.StartAsync();
        await streams.CloseAsync();

        Assert.Null(streams.AddStreamThread());
        Assert.Null(await streams.RemoveStreamThreadAsync());
    }

    [Fact]
    public async Task Metadata_names_threads_tasks_inputs_and_offsets()
    {
        var one = await StartAsync(Counting(), "one", standbys: 1);
        var two = await StartAsync(Counting(), "two", standbys: 1);
        Send(0, 40);
        await Eventually.Holds(() => Committed() == 40);
        await Eventually.Holds(() => Tasks(one).Sum(t => t.CommittedOffsets.Values.Sum()) + Tasks(two).Sum(t => t.CommittedOffsets.Values.Sum()) == 40);

        var thread = Assert.Single(one.MetadataForLocalThreads());
        Assert.Equal(("app-one-StreamThread-1", "RUNNING"), (thread.ThreadName, thread.ThreadState));
        Assert.Equal(2, thread.ActiveTasks.Count);
        Assert.Equal(2, thread.StandbyTasks.Count);
        Assert.All(thread.ActiveTasks, t => Assert.Equal([new TopicPartition("in", t.TaskId.Partition)], t.Inputs));
        Assert.All(thread.StandbyTasks, t => Assert.Equal([new TopicPartition("app-counts-changelog", t.TaskId.Partition)], t.Inputs));
    }

    [Fact]
    public async Task One_instance_that_dies_can_stop_the_whole_application()
    {
        var fails = false;
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValues(v => Volatile.Read(ref fails) ? throw new InvalidOperationException() : v).To("out");
        var topology = builder.Build();
        var one = Make(topology, "one");
        one.OnUncaughtException = static _ => UncaughtExceptionVerdict.ShutdownApplication;
        var two = Make(topology, "two");
        two.OnUncaughtException = static _ => UncaughtExceptionVerdict.ReplaceThread;
        await one.StartAsync();
        await two.StartAsync();
        await Eventually.Holds(() => one.State == KafkaStreamsState.Running && two.State == KafkaStreamsState.Running);
        await Eventually.Holds(() => _kafka.OwnersOf("app").Values.Distinct().Count() == 2);

        Volatile.Write(ref fails, true);
        for (var partition = 0; partition < 4; partition++)
        {
            if (_kafka.OwnersOf("app")[new TaskId(0, partition)] == "one")
                _kafka.Produce("in", "k", "v", 0, partition);
        }

        var cause = await Assert.ThrowsAsync<StreamsException>(() => one.Completion);
        var asked = await Assert.ThrowsAnyAsync<StreamsException>(() => two.Completion);
        Assert.IsType<InvalidOperationException>(cause.InnerException);
        Assert.Contains("asked", asked.Message, StringComparison.Ordinal);
        Assert.Equal(KafkaStreamsState.Error, two.State);

        // The request is spent: whoever starts afterwards runs.
        Volatile.Write(ref fails, false);
        var three = await StartAsync(topology, "three");
        await Eventually.Holds(() => Committed() > 0);
        Assert.Equal(KafkaStreamsState.Running, three.State);
    }

    [Fact]
    public async Task A_handler_that_throws_itself_stops_the_instance()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ForEach((_, _) => throw new InvalidOperationException("first"));
        var streams = Make(builder.Build(), "one");
        streams.OnUncaughtException = static _ => throw new NotSupportedException("second");
        await streams.StartAsync();
        Send(0, 1);

        var error = await Assert.ThrowsAsync<StreamsException>(() => streams.Completion);

        Assert.Equal("first", error.InnerException!.Message);
    }

    [Fact]
    public async Task A_stop_during_the_start_is_a_stop()
    {
        var streams = Make(Copy(), "one");
        var starting = streams.StartAsync();
        await streams.CloseAsync();
        await starting;

        Assert.Equal(KafkaStreamsState.NotRunning, streams.State);
        await StartAsync(Copy(), "one"); // the folder is free
    }

    [Fact]
    public async Task An_instance_that_cannot_tell_the_group_that_it_leaves_stops_all_the_same()
    {
        var streams = await StartAsync(Copy(), "one");
        Send(0, 10);
        await Eventually.Holds(() => Out() == 10);
        _kafka.IsUnreachable = true;

        await streams.CloseAsync();

        await streams.Completion;
        Assert.Equal(KafkaStreamsState.NotRunning, streams.State);
        Assert.Equal(10, Committed());
    }

    [Fact]
    public async Task A_start_that_fails_lets_go_of_everything()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("nowhere").To("out");
        var streams = Make(builder.Build(), "one");

        await Assert.ThrowsAsync<TopologyException>(() => streams.StartAsync());
        await Assert.ThrowsAsync<TopologyException>(() => streams.Completion);

        Assert.Equal(KafkaStreamsState.Error, streams.State);
        await StartAsync(Copy(), "one");
    }

    [Fact]
    public async Task Clean_up_deletes_the_state_while_nothing_runs_only()
    {
        var streams = await StartAsync(Counting(), "one");
        Send(0, 4);
        await Eventually.Holds(() => Committed() == 4);
        Assert.Throws<InvalidOperationException>(streams.CleanUp);
        await streams.CloseAsync();
        Assert.NotEmpty(Directory.EnumerateDirectories(Path.Combine(_stateDir, "one", "app")));

        streams.CleanUp();

        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_stateDir, "one", "app")));
    }

    private static IReadOnlyList<int> Spread(KafkaStreams streams) =>
        [.. streams.MetadataForLocalThreads().Select(t => t.ActiveTasks.Count).Order()];

    private static IEnumerable<TaskMetadata> Tasks(KafkaStreams streams) =>
        streams.MetadataForLocalThreads().SelectMany(t => t.ActiveTasks);

    private static Topology Copy()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").To("out");
        return builder.Build();
    }

    private static Topology Counting() => new Topology()
        .AddSource("source", Serdes.String, Serdes.String, "in")
        .AddProcessor("count", () => new Clients.CountingProcessor("counts"), "source")
        .AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore("counts"), Serdes.String, Serdes.String), "count")
        .AddSink("sink", "out", Serdes.String, Serdes.String, "count");

    private KafkaStreams Make(Topology topology, string instance, int standbys = 0)
    {
        var streams = new KafkaStreams(
            topology,
            new StreamsConfig
            {
                ApplicationId = "app",
                BootstrapServers = "fake:1",
                InstanceId = instance,
                StateDir = Path.Combine(_stateDir, instance),
                ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
                CommitInterval = TimeSpan.FromMilliseconds(5),
                Poll = TimeSpan.FromMilliseconds(1),
                NumStandbyReplicas = standbys,
            },
            null,
            _kafka);
        _instances.Add(streams);
        return streams;
    }

    private async Task<KafkaStreams> StartAsync(Topology topology, string instance, int standbys = 0)
    {
        var streams = Make(topology, instance, standbys);
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        return streams;
    }

    private void Send(int from, int to)
    {
        for (var i = from; i < to; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}", i, i % 4);
    }

    private int Out() => _kafka.Read("out").Count;

    private long Committed()
    {
        lock (_kafka.Lock)
            return _kafka.Committed.Where(c => c.Key.Topic == "in").Sum(c => c.Value);
    }
}
