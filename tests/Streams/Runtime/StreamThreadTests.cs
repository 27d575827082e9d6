using MedStreams.Streams.Kafka;
using MedStreams.Streams.Testing;
using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

public sealed class StreamThreadTests : IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in", 2).WithTopic("out", 2);

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Theory]
    [InlineData(ProcessingGuarantee.AtLeastOnce)]
    [InlineData(ProcessingGuarantee.ExactlyOnceV2)]
    public async Task Records_flow_and_the_committed_offsets_reach_the_end(ProcessingGuarantee guarantee)
    {
        for (var i = 0; i < 100; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}", i, i % 2);
        await using var streams = Start(Uppercase(), guarantee);

        await Eventually.Holds(() => Committed("in", 0) == 50 && Committed("in", 1) == 50);

        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => $"V{i}").Order(), _kafka.Read("out").Select(r => r.ValueText).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_commit_that_fails_shows_nothing_and_is_done_again(bool fenced)
    {
        _kafka.CommitFailures.Enqueue(new TransactionLostException("No.", fenced, new InvalidOperationException()));
        _kafka.Produce("in", "k", "v");
        await using var streams = Start(Uppercase());

        await Eventually.Holds(() => Committed("in", 0) == 1);

        Assert.Equal(["V"], _kafka.Read("out").Select(r => r.ValueText));
    }

    [Fact]
    public async Task A_record_that_does_not_arrive_in_time_is_sent_again_with_its_transaction()
    {
        _kafka.DeliveryFailures.Enqueue(new DeliveryFailure("Local_MsgTimedOut", IsTransient: true));
        _kafka.Produce("in", "k", "v");
        await using var streams = Start(Uppercase());

        await Eventually.Holds(() => Committed("in", 0) == 1);

        Assert.Equal(["V"], _kafka.Read("out").Select(r => r.ValueText));
    }

    [Fact]
    public async Task A_record_that_the_broker_refuses_stops_the_instance()
    {
        _kafka.DeliveryFailures.Enqueue(new DeliveryFailure("MsgSizeTooLarge", IsTransient: false));
        _kafka.Produce("in", "k", "v");
        _kafka.Produce("in", "k", "w");
        await using var streams = Start(Uppercase());

        var error = await Assert.ThrowsAnyAsync<StreamsException>(() => streams.Completion);

        Assert.Contains("MsgSizeTooLarge", error.Message, StringComparison.Ordinal);
        Assert.Empty(_kafka.Read("out"));
    }

    [Fact]
    public async Task A_producer_that_cannot_be_made_ready_is_made_anew()
    {
        for (var i = 0; i < 3; i++)
            _kafka.InitFailures.Enqueue(new TransactionLostException("Not now.", true, new InvalidOperationException()));
        _kafka.Produce("in", "k", "v");
        await using var streams = Start(Uppercase());

        await Eventually.Holds(() => Committed("in", 0) == 1);
    }

    [Fact]
    public async Task A_member_thrown_out_drops_its_work_and_does_it_again()
    {
        await using var streams = Start(Uppercase());
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);

        _kafka.ThrowAllOut();

        _kafka.Produce("in", "k", "v");
        await Eventually.Holds(() => Committed("in", 0) == 1);

        Assert.Equal(["V"], _kafka.Read("out").Select(r => r.ValueText));
    }

    [Fact]
    public async Task What_a_punctuator_wrote_is_not_committed_by_a_member_thrown_out()
    {
        var fired = 0;
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").Process(() => new Punctuating(() =>
        {
            if (Interlocked.Increment(ref fired) != 2) // the first one's commit tells the offsets too
                return "in the group";
            _kafka.ThrowAllOut();
            return "thrown out";
        })).To("out");
        await using var streams = Start(builder.Build());

        await Eventually.Holds(() => Volatile.Read(ref fired) > 5 && _kafka.Read("out").Count > 2);

        Assert.DoesNotContain("thrown out", _kafka.Read("out").Select(r => r.ValueText));
    }

    [Fact]
    public async Task Two_instances_share_the_partitions()
    {
        await using var one = Start(Uppercase(), instance: "one");
        await using var two = Start(Uppercase(), instance: "two");
        await Eventually.Holds(
            () => one.State == KafkaStreamsState.Running && two.State == KafkaStreamsState.Running);

        _kafka.Produce("in", "a", "a", 0, 0);
        _kafka.Produce("in", "b", "b", 0, 1);
        await Eventually.Holds(() => Committed("in", 0) == 1 && Committed("in", 1) == 1);
        await one.CloseAsync();
        _kafka.Produce("in", "c", "c", 0, 0);
        _kafka.Produce("in", "d", "d", 0, 1);

        await Eventually.Holds(() => Committed("in", 0) == 2 && Committed("in", 1) == 2);
        Assert.Equal(["A", "B", "C", "D"], _kafka.Read("out").Select(r => r.ValueText).Order());
    }

    [Fact]
    public async Task A_sink_takes_each_record_once_and_goes_on_from_its_own_offset()
    {
        var sink = new InMemorySink<string, string>();
        for (var i = 0; i < 10; i++)
            _kafka.Produce("in", $"k{i}", $"v{i}");
        await using (Start(ToSink(sink)))
            await Eventually.Holds(() => sink.Records.Count == 10);

        lock (_kafka.Lock)
            _kafka.Committed.Clear(); // Kafka forgets; the target does not
        _kafka.Produce("in", "k10", "v10");
        await using var again = Start(ToSink(sink));

        await Eventually.Holds(() => sink.Records.Count == 11);
        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"v{i}"), sink.Records.Select(r => r.Value));
    }

    [Fact]
    public async Task A_record_that_the_target_refuses_goes_to_the_dead_letter_topic_with_its_bytes()
    {
        var sink = new InMemorySink<string, string>(r => r.Value == "bad" ? "no good" : null);
        _kafka.Produce("in", "k", "good");
        _kafka.Produce("in", "k", "bad");
        _kafka.Produce("in", "k", "better");
        await using var streams = Start(ToSink(sink), deadLetters: "dead");

        await Eventually.Holds(() => sink.Records.Count == 2);

        var dead = Assert.Single(_kafka.Read("dead"));
        Assert.Equal("bad", dead.ValueText);
        Assert.Equal("1"u8, dead.Headers.Last("__streams.errors.offset")!.Value.Value!.Value.Span);
        Assert.Equal("in"u8, dead.Headers.Last("__streams.errors.topic")!.Value.Value!.Value.Span);
    }

    [Fact]
    public async Task A_target_that_is_away_is_waited_for_while_other_tasks_go_on()
    {
        var sink = new OutagesSink();
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValues(v => v.ToUpperInvariant()).To("out");
        builder.Stream<string, string>("other").ToSink("target", sink);
        _kafka.WithTopic("other").Produce("other", "k", "first");
        await using var streams = Start(builder.Build());
        await Eventually.Holds(() => sink.Inner.Records.Count == 1);

        sink.IsAway = true;
        _kafka.Produce("other", "k", "second");
        await Eventually.Holds(() => sink.Refusals > 1);
        _kafka.Produce("in", "k", "v");
        await Eventually.Holds(() => _kafka.Read("out").Count == 1);
        Assert.Single(sink.Inner.Records);
        sink.IsAway = false;

        await Eventually.Holds(() => sink.Inner.Records.Count == 2);
        Assert.Equal(["first", "second"], sink.Inner.Records.Select(r => r.Value));
    }

    [Fact]
    public async Task An_error_in_a_processor_stops_the_instance_unless_a_handler_says_otherwise()
    {
        _kafka.Produce("in", "k", "v");
        await using var streams = Start(Failing());

        var error = await Assert.ThrowsAsync<StreamsException>(() => streams.Completion);

        Assert.Equal(KafkaStreamsState.Error, streams.State);
        Assert.Equal(new TaskId(0, 0), error.Task);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.True(Committed("in", 0) is null or 0);
    }

    [Fact]
    public async Task A_record_that_a_processor_cannot_take_is_dead_lettered_where_the_handler_says_so()
    {
        _kafka.Produce("in", "k", "v", 7);
        await using var streams = Start(Failing(), deadLetters: "dead", onError: ErrorVerdict.DeadLetter);

        await Eventually.Holds(() => Committed("in", 0) == 1);

        var dead = Assert.Single(_kafka.Read("dead"));
        Assert.Equal(("k", "v", 7L), (dead.KeyText, dead.ValueText, dead.Timestamp));
        Assert.DoesNotContain(
            "secret",
            System.Text.Encoding.UTF8.GetString(dead.Headers.Last("__streams.errors.message")!.Value.Value!.Value.Span),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thread_that_dies_is_replaced_where_the_handler_says_so()
    {
        var attempts = 0;
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in")
            .MapValues(v => Interlocked.Increment(ref attempts) == 1 ? throw new InvalidOperationException() : v)
            .To("out");
        _kafka.Produce("in", "k", "v");
        await using var streams = Start(
            builder.Build(), onUncaught: static _ => UncaughtExceptionVerdict.ReplaceThread);

        await Eventually.Holds(() => Committed("in", 0) == 1);

        Assert.Equal(["v"], _kafka.Read("out").Select(r => r.ValueText));
    }

    [Fact]
    public async Task A_missing_source_topic_is_named()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("nowhere").To("out");
        await using var streams = new KafkaStreams(builder.Build(), Config(), null, _kafka);

        var error = await Assert.ThrowsAsync<TopologyException>(() => streams.StartAsync());

        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_cannot_share_a_state_folder()
    {
        await using var one = Start(Uppercase());
        await using var two = new KafkaStreams(Uppercase(), Config(), null, _kafka);

        var error = await Assert.ThrowsAnyAsync<StreamsException>(() => two.StartAsync());

        Assert.Contains(_stateDir, error.Message, StringComparison.Ordinal);
    }

    private static Topology Uppercase()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValues(v => v.ToUpperInvariant()).To("out");
        return builder.Build();
    }

    private static Topology ToSink(ISink<string, string> sink)
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ToSink("target", sink);
        return builder.Build();
    }

    private static Topology Failing()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ForEach((_, _) => throw new InvalidOperationException("secret"));
        return builder.Build();
    }

    private KafkaStreams Start(
        Topology topology,
        ProcessingGuarantee guarantee = ProcessingGuarantee.ExactlyOnceV2,
        string? instance = null,
        string? deadLetters = null,
        ErrorVerdict onError = ErrorVerdict.Fail,
        Func<Exception, UncaughtExceptionVerdict>? onUncaught = null)
    {
        var config = Config() with
        {
            ProcessingGuarantee = guarantee,
            StateDir = Path.Combine(_stateDir, instance ?? ""),
            DeadLetterTopic = deadLetters,
            OnProcessingError = _ => onError,
        };
        var streams = new KafkaStreams(topology, config, null, _kafka);
        if (onUncaught is not null)
            streams.OnUncaughtException = onUncaught;
        streams.StartAsync().GetAwaiter().GetResult();
        return streams;
    }

    private StreamsConfig Config() => new()
    {
        ApplicationId = "app",
        BootstrapServers = "fake:1",
        StateDir = _stateDir,
        CommitInterval = TimeSpan.FromMilliseconds(10),
        Poll = TimeSpan.FromMilliseconds(1),
    };

    private long? Committed(string topic, int partition)
    {
        lock (_kafka.Lock)
            return _kafka.Committed.TryGetValue(new TopicPartition(topic, partition), out var at) ? at : null;
    }

    /// <summary>A sink that can be away.</summary>
    private sealed class OutagesSink : ISink<string, string>
    {
        private int _refusals;

        public InMemorySink<string, string> Inner { get; } = new();

        public volatile bool IsAway;

        public int Refusals => _refusals;

        public async ValueTask<ISinkWriter<string, string>> ClaimAsync(SinkPartition partition, CancellationToken cancellationToken)
        {
            ThrowIfAway();
            return new Writer(this, await Inner.ClaimAsync(partition, cancellationToken));
        }

        private void ThrowIfAway()
        {
            if (!IsAway)
                return;
            Interlocked.Increment(ref _refusals);
            throw new SinkUnavailableException("away");
        }

        private sealed class Writer(OutagesSink sink, ISinkWriter<string, string> inner) : ISinkWriter<string, string>
        {
            public long? NextOffset => inner.NextOffset;

            public long BufferedBytes => inner.BufferedBytes;

            public void Write(in Record<string, string> record, RecordMetadata metadata) => inner.Write(record, metadata);

            public ValueTask CommitAsync(long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken)
            {
                sink.ThrowIfAway();
                return inner.CommitAsync(nextOffset, reject, cancellationToken);
            }

            public void Discard() => inner.Discard();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }

    /// <summary>Writes something all the time, and commits it.</summary>
    private sealed class Punctuating(Func<string> what) : IProcessor<string, string, string, string>
    {
        public void Init(IProcessorContext<string, string> context) => context.Schedule(TimeSpan.FromMilliseconds(5), PunctuationType.WallClockTime, now =>
        {
            context.Forward(new Record<string, string>("k", what(), now));
            context.Commit();
        });

        public void Process(in Record<string, string> record)
        {
        }
    }
}
