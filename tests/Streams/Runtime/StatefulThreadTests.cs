using MedStreams.Streams.Kafka;
using MedStreams.Streams.Runtime;
using MedStreams.Streams.State;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>State, results and positions move together, whatever happens to commits, threads and disks.</summary>
public sealed class StatefulThreadTests : IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in", 2).WithTopic("out", 2);
    private int _sent;

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counts_stay_exact_while_commits_fail(bool persistent)
    {
        var random = new Random(1);
        await using var streams = await StartAsync(persistent);
        for (var round = 0; round < 20; round++)
        {
            Send(random.Next(1, 20));
            _kafka.CommitFailures.Enqueue(
                new TransactionLostException("No.", random.Next(2) == 0, new InvalidOperationException()));
            await Settled();
        }

        AssertExact();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counts_go_on_after_a_restart_with_and_without_the_state_folder(bool wiped)
    {
        for (var round = 0; round < 5; round++)
        {
            await using (await StartAsync(persistent: true))
            {
                Send(17);
                await Settled();
            }

            if (wiped)
                Directory.Delete(Path.Combine(_stateDir, "app"), recursive: true);
        }

        AssertExact();
    }

    [Fact]
    public async Task Counts_move_to_another_instance_and_back()
    {
        await using var one = await StartAsync(true, "one");
        Send(20);
        await Settled();
        await using (await StartAsync(true, "two"))
        {
            Send(20);
            await Settled();
        }

        Send(20);
        await Settled();
        AssertExact();
    }

    /// <summary>As when a session ends between two generations: the member comes back, and is given what it had, but somebody else had it meanwhile.</summary>
    [Fact]
    public async Task A_member_that_missed_a_generation_does_not_go_on_with_what_it_had_open()
    {
        await using var streams = await StartAsync(true);
        Send(10);
        await Settled();
        var member = _kafka.Members.Keys.Single();
        lock (_kafka.Lock)
        {
            _kafka.Members["late"] = "late";
            _kafka.Rebalance();
        }

        await Eventually.Holds(() => !_kafka.MustJoin(member)); // its part of the old generation is committed, and the new one waits
        lock (_kafka.Lock)
        {
            SendAndCountElsewhere();
            var foreign = new GroupDecision(_kafka.Generation + 1, new Dictionary<MemberName, DecidedMember>(), new(new Dictionary<MemberName, MemberTasks>(), new Dictionary<TaskId, string>()), new Dictionary<string, int>());
            _kafka.Append(
                new TopicPartition(GroupLog.TopicOf("app"), 0), new FakeRecord("assignment"u8.ToArray(), GroupRecords.Write(foreign), 0, Headers.Empty));
            _kafka.Leave("late");
        }

        Send(10);
        await Settled();
        for (var key = 0; key < 5; key++)
            Assert.Equal(["1", "2", "4", "5"], _kafka.Read("out").Where(r => r.KeyText == $"k{key}").Select(r => r.ValueText));
    }

    [Fact]
    public async Task The_committed_offsets_are_asked_for_before_the_ends_of_the_changelogs()
    {
        await using var streams = await StartAsync(true);
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);

        var journal = _kafka.Journal.ToList();
        Assert.True(
            journal.IndexOf("committed") < journal.FindIndex(e => e.StartsWith("ends app-counts", StringComparison.Ordinal)),
            string.Join(", ", journal));
    }

    [Fact]
    public async Task A_changelog_that_was_made_anew_is_noticed_and_the_store_is_rebuilt_from_it()
    {
        await using (await StartAsync(true))
        {
            Send(10);
            await Settled();
        }

        _kafka.Truncate("app-counts-changelog");
        await using var again = await StartAsync(true);
        Send(2);
        await Settled();

        Assert.Equal("1", _kafka.Read("out")[^1].ValueText);
    }

    [Fact]
    public async Task Damage_that_a_read_finds_closes_the_task_which_opens_again_and_goes_on()
    {
        var damaged = 0;
        var topology = new Topology()
            .AddSource("source", Serdes.String, Serdes.String, "in")
            .AddProcessor("count", () => new Counter(() =>
            {
                if (Interlocked.Increment(ref damaged) == 3)
                    throw new StateCorruptedException("A block is damaged.") { Task = new TaskId(0, 0) };
            }), "source")
            .AddStateStore(
                Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore("counts"), Serdes.String, Serdes.String), "count")
            .AddSink("sink", "out", Serdes.String, Serdes.String, "count");
        await using var streams = new KafkaStreams(topology, Config(""), null, _kafka);
        await streams.StartAsync();

        Send(30);
        await Settled();

        AssertExact();
    }

    private async Task<KafkaStreams> StartAsync(bool persistent, string instance = "")
    {
        var supplier = persistent
            ? Stores.PersistentKeyValueStore("counts")
            : Stores.InMemoryKeyValueStore("counts");
        var topology = new Topology()
            .AddSource("source", Serdes.String, Serdes.String, "in")
            .AddProcessor("count", () => new Counter(), "source")
            .AddStateStore(Stores.KeyValueStoreBuilder(supplier, Serdes.String, Serdes.String), "count")
            .AddSink("sink", "out", Serdes.String, Serdes.String, "count");
        var streams = new KafkaStreams(topology, Config(instance), null, _kafka);
        await streams.StartAsync();
        return streams;
    }

    private StreamsConfig Config(string instance) => new()
    {
        ApplicationId = "app",
        BootstrapServers = "fake:1",
        StateDir = Path.Combine(_stateDir, instance),
        ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
        CommitInterval = TimeSpan.FromMilliseconds(5),
        Poll = TimeSpan.FromMilliseconds(1),
    };

    private void Send(int records)
    {
        for (var i = 0; i < records; i++, _sent++)
            _kafka.Produce("in", $"k{_sent % 5}", "x", _sent, _sent % 5 % 2);
    }

    /// <summary>One record of each key, and the state that another member makes of it, committed; its results go elsewhere.</summary>
    private void SendAndCountElsewhere()
    {
        var count = (_sent / 5) + 1;
        for (var i = 0; i < 5; i++)
        {
            var (key, partition) = ($"k{_sent % 5}", _sent % 5 % 2);
            Send(1);
            _kafka.Produce("app-counts-changelog", key, $"{count}", partition: partition);
            _kafka.Committed[new TopicPartition("in", partition)]++;
        }
    }

    private Task Settled() => Eventually.Holds(() =>
    {
        lock (_kafka.Lock)
            return _kafka.Committed.Where(c => c.Key.Topic == "in").Sum(c => c.Value) == _sent;
    });

    private void AssertExact()
    {
        for (var key = 0; key < 5; key++)
        {
            var times = Enumerable.Range(0, _sent).Count(i => i % 5 == key);
            Assert.Equal(
                Enumerable.Range(1, times).Select(i => i.ToString()),
                _kafka.Read("out").Where(r => r.KeyText == $"k{key}").Select(r => r.ValueText));
        }
    }

    private sealed class Counter(Action? before = null) : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string> _context = null!;
        private IKeyValueStore<string, string> _counts = null!;

        public void Init(IProcessorContext<string, string> context)
        {
            _context = context;
            _counts = context.GetStateStore<IKeyValueStore<string, string>>("counts");
        }

        public void Process(in Record<string, string> record)
        {
            before?.Invoke();
            var count = ((_counts.Get(record.Key) is { } known ? int.Parse(known) : 0) + 1).ToString();
            _counts.Put(record.Key, count);
            _context.Forward(record.WithValue(count));
        }
    }
}
