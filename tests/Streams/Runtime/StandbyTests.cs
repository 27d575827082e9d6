using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>Who takes over, how warm, and that nothing is done twice.</summary>
public sealed class StandbyTests : IAsyncDisposable
{
    private const int Partitions = 4;
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in", Partitions).WithTopic("out", Partitions);
    private readonly List<CountingInstance> _instances = [];
    private int _sent;

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        Directory.Delete(_stateDir, recursive: true);
    }

    [Fact]
    public async Task A_standby_takes_over_from_a_crashed_owner_and_replays_nothing()
    {
        var one = await StartAsync("one", standbys: 1);
        var two = await StartAsync("two", standbys: 1);
        await SendAsync(100);
        await Settled();
        await BothHaveAll(one, two);

        await SendAsync(40);
        await one.CrashAsync();
        await SendAsync(40);
        one.Expire();
        await Settled();

        Assert.Equal(0, two.Listener.Restored);
        AssertExact();
    }

    [Fact]
    public async Task A_standby_replays_no_more_than_its_lag()
    {
        var one = await StartAsync("one", standbys: 1);
        var two = await StartAsync("two", standbys: 1);
        await SendAsync(400);
        await Settled();

        await one.DisposeAsync(); // whatever its standbys have not read yet is all that may be replayed
        await Eventually.Holds(() => two.IsRunning && two.Listener.Journal.Any(j => j.StartsWith("Promoted", StringComparison.Ordinal)));

        foreach (var promoted in two.Listener.Journal.Where(j => j.StartsWith("Promoted", StringComparison.Ordinal)))
        {
            var words = promoted.Split(' ');
            var restore = two.Listener.Journal.FirstOrDefault(j => j.StartsWith($"restore {words[1]} ", StringComparison.Ordinal));
            Assert.True(restore is null || restore.Split(' ')[2] == words[2], $"{promoted}, then {restore}");
        }

        await SendAsync(40);
        await Settled();
        AssertExact();
    }

    [Fact]
    public async Task A_newcomer_without_state_warms_up_before_it_gets_tasks()
    {
        var one = await StartAsync("one", acceptableLag: 10);
        await SendAsync(400);
        await Settled();

        var two = await StartAsync("two", acceptableLag: 10);
        await Eventually.Holds(() => _kafka.OwnersOf("app").Values.Distinct().Count() == 2);
        Assert.True(two.Listener.Restored <= 10 * Partitions, $"{two.Listener.Restored} replayed");
        Assert.Contains(two.Listener.Journal, j => j.StartsWith("follow", StringComparison.Ordinal));
        Assert.Equal(0, one.Listener.Restored);

        await SendAsync(100);
        await Settled();
        AssertExact();
        Assert.Equal(_sent, one.Processed + two.Processed);
    }

    [Fact]
    public async Task A_newcomer_gets_small_tasks_at_once()
    {
        await StartAsync("one");
        await SendAsync(20);
        await Settled();

        var two = await StartAsync("two");
        await Eventually.Holds(() => two.IsRunning);
        await Eventually.Holds(() => _kafka.OwnersOf("app").Values.Distinct().Count() == 2);

        Assert.DoesNotContain(two.Listener.Journal, j => j.StartsWith("follow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rolling_restart_of_all_instances_processes_and_restores_nothing_twice()
    {
        string[] names = ["one", "two", "three"];
        var running = new Dictionary<string, CountingInstance>(StringComparer.Ordinal);
        foreach (var name in names)
            running[name] = await StartAsync(name, standbys: 1, acceptableLag: 3);
        for (var round = 0; round < 2; round++)
        {
            foreach (var name in names)
            {
                await SendAsync(50);
                await Settled();
                await running[name].DisposeAsync();
                await SendAsync(50);
                await Settled();
                running[name] = await StartAsync(name, standbys: 1, acceptableLag: 3);
            }
        }

        await SendAsync(50);
        await Settled();
        AssertExact();
        Assert.Equal(_sent, _instances.Sum(i => i.Processed));
        Assert.True(_instances.Sum(i => i.Listener.Restored) <= _sent / 10, $"{_instances.Sum(i => i.Listener.Restored)} restored");
    }

    [Fact]
    public async Task An_owner_that_becomes_a_standby_keeps_its_state_open_and_the_other_way_round()
    {
        var one = await StartAsync("one", standbys: 1);
        await SendAsync(60);
        await Settled();
        var two = await StartAsync("two", standbys: 1);
        await Eventually.Holds(() => _kafka.OwnersOf("app").Values.Distinct().Count() == 2 && two.IsRunning);
        await two.DisposeAsync();
        await Eventually.Holds(() => one.IsRunning && _kafka.OwnersOf("app").Values.Distinct().Count() == 1);
        await SendAsync(60);
        await Settled();

        Assert.Equal(0, one.Listener.Restored);
        Assert.Contains(one.Listener.Journal, j => j.StartsWith("Promoted", StringComparison.Ordinal));
        AssertExact();
    }

    [Fact]
    public async Task A_standby_of_a_table_over_its_own_topic_never_runs_ahead_of_the_committed_offsets()
    {
        _kafka.WithTopic("table").WithTopic("sum");
        var table = new TopicPartition("table", 0);
        var (one, ofOne) = await StartTableAsync("one");
        Put(0, 30);
        await Eventually.Holds(() => Committed("table") == 30);
        var (two, ofTwo) = await StartTableAsync("two");
        await Eventually.Holds(() => Followed() == 30);
        Put(30, 60);
        await Eventually.Holds(() => Committed("table") == 60 && Followed() == 60);
        await one.DisposeAsync();
        Put(60, 90);
        await Eventually.Holds(() => Committed("table") == 90);

        // What a reader that ran ahead took for old values would have been subtracted twice.
        await Eventually.Holds(() => _kafka.Read("sum") is [.., var last] && last.ValueText == (87 + 88 + 89).ToString());
        await two.DisposeAsync();

        long Followed() => Math.Max(ofOne.Followed.GetValueOrDefault(table), ofTwo.Followed.GetValueOrDefault(table));
        void Put(int from, int to)
        {
            for (var i = from; i < to; i++)
                _kafka.Produce("table", $"k{i % 3}", i.ToString(), i);
        }
    }

    private async Task<(KafkaStreams Streams, RecordingListener Listener)> StartTableAsync(string instance)
    {
        var builder = new StreamsBuilder(
            new StreamsBuilderOptions { Optimizations = TopologyOptimizations.ReuseTableSourceTopics });
        builder.Table("table", Consumed.With(Serdes.String, Serdes.String), Materialized.As("table", Serdes.String, Serdes.String))
            .GroupBy((_, value) => ("all", value), Grouped.With(Serdes.String, Serdes.String))
            .Reduce(
                (sum, added) => (int.Parse(sum) + int.Parse(added)).ToString(),
                (sum, removed) => (int.Parse(sum) - int.Parse(removed)).ToString())
            .ToStream()
            .To("sum");
        var listener = new RecordingListener();
        var streams = new KafkaStreams(builder.Build(), Config(instance, 1, 10_000), null, _kafka)
        {
            RestoreListener = listener,
            StandbyListener = listener,
        };
        await streams.StartAsync();
        return (streams, listener);
    }

    private async Task<CountingInstance> StartAsync(string name, int standbys = 0, long acceptableLag = 10_000)
    {
        var instance = new CountingInstance(_kafka, Config(name, standbys, acceptableLag));
        _instances.Add(instance);
        await instance.Streams.StartAsync();
        await Eventually.Holds(() => _instances.TrueForAll(i => i.IsRunning || i.Streams.Completion.IsCompleted));
        return instance;
    }

    private StreamsConfig Config(string name, int standbys, long acceptableLag) => new()
    {
        ApplicationId = "app",
        BootstrapServers = "fake:1",
        InstanceId = name,
        StateDir = Path.Combine(_stateDir, name),
        ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
        CommitInterval = TimeSpan.FromMilliseconds(5),
        Poll = TimeSpan.FromMilliseconds(1),
        NumStandbyReplicas = standbys,
        AcceptableRecoveryLag = acceptableLag,
    };

    private Task SendAsync(int records)
    {
        for (var i = 0; i < records; i++, _sent++)
            _kafka.Produce("in", $"k{_sent % 20}", "x", _sent, _sent % 20 % Partitions);
        return Task.CompletedTask;
    }

    private Task Settled() => Eventually.Holds(() => Committed("in") == _sent);

    private long Committed(string topic)
    {
        lock (_kafka.Lock)
            return _kafka.Committed.Where(c => c.Key.Topic == topic).Sum(c => c.Value);
    }

    private async Task BothHaveAll(params CountingInstance[] instances)
    {
        var ends = Enumerable.Range(0, Partitions).Select(p => new TopicPartition("app-counts-changelog", p))
            .ToDictionary(p => p, p => _kafka.Bounds(p).End);
        await Eventually.Holds(() => ends.All(e => instances.Any(i => i.Listener.Followed.GetValueOrDefault(e.Key) == e.Value)));
    }

    private void AssertExact()
    {
        for (var key = 0; key < 20; key++)
        {
            var times = Enumerable.Range(0, _sent).Count(i => i % 20 == key);
            Assert.Equal(
                Enumerable.Range(1, times).Select(i => i.ToString()),
                _kafka.Read("out").Where(r => r.KeyText == $"k{key}").Select(r => r.ValueText));
        }
    }
}
