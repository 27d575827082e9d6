using MedStreams.Streams.Testing;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>What an instance says of itself when it does its work, and when it stands still.</summary>
public sealed class HealthTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in", 2).WithTopic("out", 2);
    private readonly List<KafkaStreams> _instances = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        Directory.Delete(_stateDir, recursive: true);
    }

    [Fact]
    public async Task An_instance_is_live_before_and_ready_once_its_tasks_take_records()
    {
        var streams = Make(Copy());
        Assert.True(streams.Health().IsLive);
        Assert.Equal(StandstillReason.NotStarted, Only(streams).Reason);

        await streams.StartAsync();
        await Eventually.Holds(() => streams.Health().IsReady);
        Assert.Equal((2, 0), (streams.Health().ActiveTasks, streams.Health().StandbyTasks));
        Assert.True((await streams.HealthAsync(Patience)).IsReady);

        await streams.CloseAsync();
        Assert.False(streams.Health().IsLive);
        Assert.Equal(StandstillReason.Stopped, Only(streams).Reason);
    }

    [Fact]
    public async Task An_instance_that_an_error_has_stopped_is_not_live()
    {
        _kafka.DeliveryFailures.Enqueue(new Kafka.DeliveryFailure("MsgSizeTooLarge", IsTransient: false));
        _kafka.Produce("in", "k", "v");
        _kafka.Produce("in", "k", "w");
        var streams = Make(Copy());
        await streams.StartAsync();
        await Assert.ThrowsAnyAsync<StreamsException>(() => streams.Completion);

        Assert.False(streams.Health().IsLive);
        Assert.Equal(StandstillReason.Failed, Only(streams).Reason);
    }

    [Fact]
    public async Task A_pause_and_a_broker_that_is_away_are_named()
    {
        var streams = Make(Copy());
        await streams.StartAsync();
        await Eventually.Holds(() => streams.Health().IsReady);

        streams.Pause();
        Assert.Equal(StandstillReason.Paused, Only(streams).Reason);
        Assert.True(streams.Health().IsLive);
        streams.Resume();
        Assert.True(streams.Health().IsReady);

        _kafka.IsAway = true;
        Assert.Equal(StandstillReason.BrokerDown, Assert.Single((await streams.HealthAsync(Patience)).Standstills).Reason);
        _kafka.IsAway = false;
        Assert.True((await streams.HealthAsync(Patience)).IsReady);
    }

    [Fact]
    public async Task An_instance_for_which_no_task_is_left_says_so()
    {
        var streams = new[] { "one", "two", "three" }.Select(name => Make(Copy(), name)).ToList();
        foreach (var one in streams)
            await one.StartAsync();
        await Eventually.Holds(() => streams.TrueForAll(s => s.State == KafkaStreamsState.Running) && streams.Count(s => s.Health().IsReady) == 2);

        var idle = streams.Single(s => !s.Health().IsReady);
        Assert.Equal(StandstillReason.NoTasks, Only(idle).Reason);
    }

    [Fact]
    public async Task A_restore_says_how_much_and_how_long()
    {
        const int Records = 100_000;
        _kafka.WithTopic("app-counts-changelog", 2);
        for (var i = 0; i < Records; i++)
            _kafka.Produce("app-counts-changelog", $"k{i}", "1", i);
        using var gate = new SemaphoreSlim(0);
        var streams = Make(Counting());
        streams.RestoreListener = new SlowListener(gate);
        await streams.StartAsync();

        await Eventually.Holds(() => Restoring(streams) is { RecordsLeft: > 0 and < Records, TimeLeft: { } time } && time > TimeSpan.Zero);
        Assert.Equal(new TaskId(0, 0), Restoring(streams)!.TaskId);
        Assert.False(streams.Health().IsReady);

        gate.Release(1_000);
        await Eventually.Holds(() => streams.Health().IsReady);
    }

    [Fact]
    public async Task A_target_that_is_down_is_named_and_so_is_its_task()
    {
        var sink = new AwaySink { IsAway = true };
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ToSink("archive", sink);
        var streams = Make(builder.Build());
        await streams.StartAsync();

        await Eventually.Holds(() => streams.Health().Standstills is { Count: 2 } all && all.All(s => s.Reason == StandstillReason.TargetDown));
        Assert.All(streams.Health().Standstills, s => Assert.Contains("archive", s.Text, StringComparison.Ordinal));
        Assert.True(streams.Health().IsLive);

        sink.IsAway = false;
        await Eventually.Holds(() => streams.Health().IsReady);
    }

    [Fact]
    public async Task A_thread_that_does_not_come_back_is_named()
    {
        var time = new ManualTime();
        using var entered = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ForEach((_, _) =>
        {
            entered.Set();
            gate.Wait();
        });
        var streams = Make(builder.Build(), clock: time);
        await streams.StartAsync();
        await Eventually.Holds(() => streams.Health().IsReady);
        _kafka.Produce("in", "k", "v");
        await Eventually.Holds(() => entered.IsSet);

        time.Advance(TimeSpan.FromSeconds(31));
        var stuck = Only(streams);
        Assert.Equal((StandstillReason.Stuck, "app-one-StreamThread-1"), (stuck.Reason, stuck.ThreadName));

        gate.Set();
        await Eventually.Holds(() => streams.Health().IsReady);
    }

    private static Standstill Only(KafkaStreams streams) => Assert.Single(streams.Health().Standstills);

    private static Standstill? Restoring(KafkaStreams streams) =>
        streams.Health().Standstills.FirstOrDefault(s => s.Reason == StandstillReason.Restoring);

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

    private KafkaStreams Make(Topology topology, string name = "one", TimeProvider? clock = null)
    {
        var streams = new KafkaStreams(
            topology,
            new StreamsConfig
            {
                ApplicationId = "app",
                BootstrapServers = "fake:1",
                InstanceId = name,
                StateDir = Path.Combine(_stateDir, name),
                CommitInterval = TimeSpan.FromMilliseconds(5),
                Poll = TimeSpan.FromMilliseconds(1),
                Clock = clock ?? TimeProvider.System,
            },
            null,
            _kafka);
        _instances.Add(streams);
        return streams;
    }

    /// <summary>Takes a while for each batch, until the gate is open.</summary>
    private sealed class SlowListener(SemaphoreSlim gate) : IStateRestoreListener
    {
        public void OnRestoreStart(TopicPartition changelog, string store, long startOffset, long endOffset)
        {
        }

        public void OnBatchRestored(TopicPartition changelog, string store, long batchEndOffset, long restored) =>
            gate.Wait(TimeSpan.FromMilliseconds(150));

        public void OnRestoreEnd(TopicPartition changelog, string store, long totalRestored)
        {
        }
    }

    private sealed class AwaySink : ISink<string, string>
    {
        private readonly InMemorySink<string, string> _inner = new();

        public volatile bool IsAway;

        public ValueTask<ISinkWriter<string, string>> ClaimAsync(SinkPartition partition, CancellationToken cancellationToken) =>
            IsAway ? throw new SinkUnavailableException("away") : _inner.ClaimAsync(partition, cancellationToken);
    }
}
