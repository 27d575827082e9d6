using System.Collections.Concurrent;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Async;

/// <summary>Asynchronous nodes in stream threads, with calls that end when the test says so.</summary>
public sealed class AsyncThreadTests : IDisposable
{
    private static readonly TimeSpan LongInterval = TimeSpan.FromHours(1);
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in", 2).WithTopic("out");
    private readonly Gate _gate = new();

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task Calls_run_at_once_up_to_their_number_and_the_records_behind_them_wait()
    {
        for (var i = 0; i < 50; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}");
        await using var streams = Start(new AsyncOptions { MaxConcurrency = 8 }, ProcessingGuarantee.AtLeastOnce, commit: LongInterval);

        await Eventually.Holds(() => _gate.Running.Count == 8);
        _gate.Pass("v3");
        await Eventually.Holds(() => _gate.Running.ContainsKey("v8"));
        Assert.Equal(8, _gate.Running.Count);
        _gate.PassAll();

        await Eventually.Holds(() => Out().Count == 50);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"v{i}").Order(), Out().Order());
        Assert.Equal(8, _gate.Most);
    }

    [Fact]
    public async Task Calls_of_a_key_go_one_after_the_other_while_other_keys_overtake_them()
    {
        foreach (var value in (string[])["a1", "a2", "b1", "a3", "b2"])
            _kafka.Produce("in", value[..1], value);
        await using var streams = Start(new AsyncOptions(), ProcessingGuarantee.AtLeastOnce, commit: LongInterval);

        await Eventually.Holds(() => _gate.Running.Count == 2);
        _gate.Pass("b1");
        await Eventually.Holds(() => _gate.Running.ContainsKey("b2"));
        _gate.Pass("b2");
        await Eventually.Holds(() => Out().Count == 2);
        Assert.Equal(["a1"], _gate.Running.Keys);
        _gate.PassAll();

        await Eventually.Holds(() => Out().Count == 5);
        Assert.Equal(["b1", "b2", "a1", "a2", "a3"], Out());
    }

    [Fact]
    public async Task In_the_order_of_the_partition_a_slow_call_holds_results_back()
    {
        foreach (var value in (string[])["a1", "b1", "a2", "c1"])
            _kafka.Produce("in", value[..1], value);
        await using var streams = Start(new AsyncOptions { Order = AsyncOrder.Partition }, ProcessingGuarantee.AtLeastOnce, commit: LongInterval);

        await Eventually.Holds(() => _gate.Running.Count == 3);
        _gate.Pass("c1");
        _gate.Pass("b1");
        await Eventually.Holds(() => _gate.Running.Count == 1);
        var polls = Polls(streams);
        await Eventually.Holds(() => Polls(streams) > polls + 20);
        Assert.Empty(Out());
        _gate.PassAll();

        await Eventually.Holds(() => Out().Count == 4);
        Assert.Equal(["a1", "b1", "a2", "c1"], Out());
    }

    [Fact]
    public async Task Without_order_the_calls_of_a_key_run_at_once()
    {
        for (var i = 0; i < 5; i++)
            _kafka.Produce("in", "k", $"v{i}");
        await using var streams = Start(new AsyncOptions { Order = AsyncOrder.None }, ProcessingGuarantee.AtLeastOnce, commit: LongInterval);

        await Eventually.Holds(() => _gate.Running.Count == 5);
        _gate.PassAll();

        await Eventually.Holds(() => Out().Count == 5);
    }

    [Theory]
    [InlineData(ProcessingGuarantee.AtLeastOnce)]
    [InlineData(ProcessingGuarantee.ExactlyOnceV2)]
    public async Task A_commit_waits_for_what_is_in_flight_while_the_thread_goes_on_polling(ProcessingGuarantee guarantee)
    {
        _kafka.Produce("in", "a", "a1");
        _kafka.Produce("in", "b", "b1");
        await using var streams = Start(new AsyncOptions { MaxConcurrency = 100 }, guarantee);
        await Eventually.Holds(() => _gate.Running.Count == 2);

        var polls = Polls(streams);
        await Eventually.Holds(() => Polls(streams) > polls + 20); // several commit intervals
        _kafka.Produce("in", "c", "c1");
        await Eventually.Holds(() => streams.Metrics.Sum(m => m.Name == "active-buffer-count" ? m.Value : 0) == 1);

        Assert.True(Committed(0) is null or 0);
        Assert.False(_gate.Running.ContainsKey("c1")); // nothing new begins, or the commit might never come
        _gate.Pass("b1");
        _gate.Pass("a1");
        await Eventually.Holds(() => Committed(0) >= 2);
        _gate.PassAll();
        await Eventually.Holds(() => Committed(0) == 3);
        Assert.Equal(["a1", "b1", "c1"], Out().Order());
    }

    [Fact]
    public async Task A_single_slow_call_puts_the_commit_off_while_others_go_on_but_not_for_ever()
    {
        var clock = new ManualTime();
        _kafka.Produce("in", "slow", "slow");
        for (var i = 0; i < 50; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}");
        await using var streams = Start(new AsyncOptions { MaxConcurrency = 2, Timeout = TimeSpan.FromMinutes(1) }, clock: clock);
        await Settled(() => _gate.Running.ContainsKey("slow") && _gate.Running.ContainsKey("v0"), clock);

        for (var i = 0; i < 50; i++)
        {
            _gate.Pass($"v{i}");
            await Settled(() => _gate.Begun.ContainsKey($"v{i + 1}") || i == 49, clock); // commits are due, again and again
        }

        Assert.True(Committed(0) is null or 0);
        clock.Advance(TimeSpan.FromSeconds(30));
        var polls = Polls(streams);
        await Eventually.Holds(() => Polls(streams) > polls + 5);
        _kafka.Produce("in", "late", "late");
        polls = Polls(streams);
        await Eventually.Holds(() => Polls(streams) > polls + 20);
        Assert.False(_gate.Begun.ContainsKey("late")); // enough is enough
        _gate.PassAll();
        await Settled(() => Committed(0) == 52, clock);
    }

    [Fact]
    public async Task What_caches_hold_back_goes_through_a_call_before_the_commit()
    {
        for (var i = 0; i < 10; i++)
            _kafka.Produce("in", $"k{i % 2}", "v");
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in")
            .MapValuesAsync(static (value, _) => ValueTask.FromResult(value))
            .GroupByKey().Count()
            .ToStream()
            .MapValuesAsync(async (key, count, token) => await _gate.CallAsync($"{key}={count}", token))
            .To("out");
        await using var streams = Start(builder.Build(), ProcessingGuarantee.ExactlyOnceV2, TimeSpan.FromMilliseconds(200));

        _gate.PassAll();
        await Eventually.Holds(() => Committed(0) == 10);

        Assert.Equal("k0=5,k1=5", string.Join(',', Out().TakeLast(2).Order()));
    }

    [Fact]
    public async Task A_rebalance_waits_for_what_is_in_flight_and_nothing_is_done_twice()
    {
        for (var i = 0; i < 20; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}", 0, i % 2);
        await using var one = Start(new AsyncOptions(), instance: "one");
        await Eventually.Holds(() => _gate.Running.Count == 20);

        await using var two = Start(new AsyncOptions(), instance: "two");
        _gate.PassAll();

        await Eventually.Holds(() => Committed(0) == 10 && Committed(1) == 10);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"v{i}").Order(), Out().Order());
        Assert.All(_gate.Begun, begun => Assert.Equal(1, begun.Value));
    }

    [Fact]
    public async Task Calls_that_a_rebalance_cannot_wait_for_are_cancelled_and_made_again_elsewhere()
    {
        var clock = new ManualTime();
        for (var i = 0; i < 4; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}", 0, i % 2);
        await using var one = Start(new AsyncOptions { Timeout = TimeSpan.FromSeconds(2), Retry = AsyncRetry.None, OnExhausted = static _ => ErrorVerdict.Fail }, instance: "one", clock: clock);
        await Settled(() => _gate.Running.Count == 4, clock);
        _gate.Pass("v0");
        await using var two = Start(new AsyncOptions(), instance: "two");

        await Settled(() => !_gate.Cancelled.IsEmpty, clock);
        _gate.PassAll();
        await Settled(() => Committed(0) == 2 && Committed(1) == 2, clock);

        Assert.Equal(["v0", "v1", "v2", "v3"], Out().Order());
    }

    [Fact]
    public async Task Closing_waits_for_the_calls_and_commits_what_they_made()
    {
        _kafka.Produce("in", "k", "v");
        var streams = Start(new AsyncOptions());
        await Eventually.Holds(() => _gate.Running.Count == 1);

        var closing = streams.CloseAsync();
        _gate.PassAll();

        Assert.True(await closing);
        Assert.Equal((1, "v"), (Committed(0), Assert.Single(Out())));
    }

    [Fact]
    public async Task A_member_thrown_out_cancels_its_calls_and_the_records_are_read_again()
    {
        _kafka.Produce("in", "k", "v");
        await using var streams = Start(new AsyncOptions());
        await Eventually.Holds(() => _gate.Running.Count == 1);

        _kafka.ThrowAllOut();
        await Eventually.Holds(() => _gate.Cancelled.Count == 1);
        _gate.PassAll();

        await Eventually.Holds(() => Committed(0) == 1);
        Assert.Equal(["v"], Out());
        Assert.Equal(2, _gate.Begun["v"]);
    }

    [Fact]
    public async Task A_call_out_of_time_is_settled_by_the_handler_with_its_record()
    {
        var clock = new ManualTime();
        _kafka.Produce("in", "k", "slow", 7);
        _kafka.Produce("in", "k", "next", 8);
        await using var streams = Start(
            new AsyncOptions { OnExhausted = static _ => ErrorVerdict.DeadLetter }, clock: clock);
        await Settled(() => _gate.Running.ContainsKey("slow"), clock);

        clock.Advance(TimeSpan.FromSeconds(10));
        await Settled(() => _gate.Running.ContainsKey("next"), clock);
        _gate.PassAll();
        await Settled(() => Committed(0) == 2, clock);

        Assert.Equal(["next"], Out());
        var dead = Assert.Single(_kafka.Read("dead"));
        Assert.Equal(("k", "slow", 7L), (dead.KeyText, dead.ValueText, dead.Timestamp));
        Assert.Equal(1, Sum(streams, "async-exhausted-total"));
    }

    [Fact]
    public async Task Nothing_more_begins_for_a_key_whose_failure_stops_the_instance()
    {
        _kafka.Produce("in", "k", "bad");
        _kafka.Produce("in", "k", "after");
        await using var streams = Start(new AsyncOptions { Retry = AsyncRetry.None });
        await Eventually.Holds(() => _gate.Running.ContainsKey("bad"));

        _gate.Fail("bad");

        var error = await Assert.ThrowsAsync<StreamsException>(() => streams.Completion);
        Assert.Equal(new TaskId(0, 0), error.Task);
        Assert.Equal(["bad"], _gate.Begun.Keys);
        Assert.True(Committed(0) is null or 0);
    }

    [Fact]
    public async Task While_calls_fill_their_places_no_more_is_read_than_the_buffers_hold()
    {
        const int records = 12_000;
        for (var i = 0; i < records; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}");
        await using var streams = Start(new AsyncOptions { MaxConcurrency = 4, Order = AsyncOrder.None }, ProcessingGuarantee.AtLeastOnce, buffered: 100, commit: LongInterval);
        await Eventually.Holds(() => _gate.Running.Count == 4);
        var polls = Polls(streams);
        await Eventually.Holds(() => Polls(streams) > polls + 50);

        Assert.InRange(Sum(streams, "active-buffer-count"), 1, 6_000);
        _gate.PassAll();
        await Eventually.Holds(() => Out().Count == records);
        Assert.Equal(records, Out().Count);
    }

    [Fact]
    public async Task A_pause_lets_the_calls_in_flight_end_and_begins_none()
    {
        _kafka.Produce("in", "k", "v1");
        await using var streams = Start(new AsyncOptions());
        await Eventually.Holds(() => _gate.Running.ContainsKey("v1"));

        streams.Pause();
        _kafka.Produce("in", "k", "v2");
        _gate.Pass("v1");
        await Eventually.Holds(() => Committed(0) == 1);
        Assert.Empty(_gate.Running);
        streams.Resume();

        _gate.PassAll();
        await Eventually.Holds(() => Committed(0) == 2);
    }

    [Fact]
    public async Task Metrics_and_health_tell_of_calls()
    {
        var clock = new ManualTime();
        _kafka.Produce("in", "k", "v");
        _kafka.Produce("in", "k", "w");
        await using var streams = Start(new AsyncOptions { Retry = new AsyncRetry { Delay = TimeSpan.Zero, Jitter = false } }, clock: clock);
        await Settled(() => _gate.Running.ContainsKey("v"), clock);
        clock.Advance(TimeSpan.FromSeconds(2));

        await Settled(() => streams.Health().Standstills.Any(s => s.Reason == StandstillReason.SlowCall), clock);
        Assert.Equal(2, Sum(streams, "async-calls-in-flight"));
        var slow = streams.Health().Standstills.Single(s => s.Reason == StandstillReason.SlowCall);
        Assert.Equal(new TaskId(0, 0), slow.TaskId);
        Assert.Contains("2 calls of ask", slow.Text, StringComparison.Ordinal);
        _gate.Fail("v");
        await Settled(() => _gate.Begun["v"] == 2 && _gate.Running.ContainsKey("v"), clock);
        _gate.PassAll();
        await Settled(() => Committed(0) == 2, clock);

        Assert.Equal((2, 1, 0), (Sum(streams, "async-call-total"), Sum(streams, "async-retry-total"), Sum(streams, "async-exhausted-total")));
        await Settled(() => streams.Health().IsReady, clock);
    }

    [Theory]
    [InlineData("max.poll.interval.ms", "29000", ProcessingGuarantee.AtLeastOnce)]
    [InlineData("transaction.timeout.ms", "29000", ProcessingGuarantee.ExactlyOnceV2)]
    public void Calls_that_may_outlast_a_setting_are_refused_with_its_name(string setting, string value, ProcessingGuarantee guarantee)
    {
        var settings = new Dictionary<string, string> { [setting] = value };
        var config = Config() with { ProcessingGuarantee = guarantee, MainConsumer = settings, Producer = settings };

        var error = Assert.Throws<TopologyException>(() => new KafkaStreams(Asking(new AsyncOptions()), config, null, _kafka));

        Assert.StartsWith($"The calls of ask may take 00:00:10 for a record, and three times that must fit into {setting}", error.Message, StringComparison.Ordinal);
    }

    private static double Polls(KafkaStreams streams) => Sum(streams, "poll-total");

    private static double Sum(KafkaStreams streams, string metric) =>
        streams.Metrics.Where(m => m.Name == metric).Sum(m => m.Value);

    /// <summary>As <see cref="Eventually"/>, while a still clock moves on slowly, since commits are due by it.</summary>
    private static Task Settled(Func<bool> condition, ManualTime clock) => Eventually.Holds(() =>
    {
        clock.Advance(TimeSpan.FromMilliseconds(5));
        return condition();
    });

    private Topology Asking(AsyncOptions options)
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValuesAsync(_gate.CallAsync, options, "ask").To("out");
        return builder.Build();
    }

    private KafkaStreams Start(
        AsyncOptions options,
        ProcessingGuarantee guarantee = ProcessingGuarantee.ExactlyOnceV2,
        string? instance = null,
        ManualTime? clock = null,
        int buffered = 1000,
        TimeSpan? commit = null) =>
        Start(Asking(options), guarantee, commit ?? TimeSpan.FromMilliseconds(10), instance, clock, buffered);

    private KafkaStreams Start(
        Topology topology,
        ProcessingGuarantee guarantee,
        TimeSpan commitInterval,
        string? instance = null,
        ManualTime? clock = null,
        int buffered = 1000)
    {
        var streams = new KafkaStreams(
            topology,
            Config() with
            {
                ProcessingGuarantee = guarantee,
                CommitInterval = commitInterval,
                StateDir = Path.Combine(_stateDir, instance ?? ""),
                DeadLetterTopic = "dead",
                BufferedRecordsPerPartition = buffered,
                Clock = clock ?? TimeProvider.System,
            },
            null,
            _kafka);
        streams.StartAsync().GetAwaiter().GetResult();
        return streams;
    }

    private StreamsConfig Config() => new()
    {
        ApplicationId = "app",
        BootstrapServers = "fake:1",
        StateDir = _stateDir,
        Poll = TimeSpan.FromMilliseconds(1),
    };

    private IReadOnlyList<string> Out() => [.. _kafka.Read("out").Select(r => r.ValueText)];

    private long? Committed(int partition)
    {
        lock (_kafka.Lock)
            return _kafka.Committed.TryGetValue(new TopicPartition("in", partition), out var at) ? at : null;
    }

    /// <summary>Calls that answer their value once they may pass.</summary>
    private sealed class Gate
    {
        private volatile bool _isOpen;
        private int _most;

        public ConcurrentDictionary<string, TaskCompletionSource<string>> Running { get; } = new();

        /// <summary>How often a call began, by value.</summary>
        public ConcurrentDictionary<string, int> Begun { get; } = new();

        public ConcurrentQueue<string> Cancelled { get; } = new();

        /// <summary>How many ran at a time.</summary>
        public int Most => _most;

        public async ValueTask<string> CallAsync(string value, CancellationToken token)
        {
            var running = Running[value] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            Begun.AddOrUpdate(value, 1, static (_, n) => n + 1);
            lock (Running)
                _most = Math.Max(_most, Running.Count);
            if (_isOpen)
                Pass(value);
            await using var registration = token.Register(() =>
            {
                Cancelled.Enqueue(value);
                Running.TryRemove(KeyValuePair.Create(value, running));
                running.TrySetCanceled(token);
            });
            return await running.Task;
        }

        public void Pass(string value)
        {
            if (Running.TryRemove(value, out var running))
                running.TrySetResult(value);
        }

        public void Fail(string value)
        {
            if (Running.TryRemove(value, out var running))
                running.TrySetException(new InvalidOperationException());
        }

        /// <summary>All may pass, also those that begin later.</summary>
        public void PassAll()
        {
            _isOpen = true;
            foreach (var value in Running.Keys)
                Pass(value);
        }
    }
}
