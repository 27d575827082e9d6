using System.Diagnostics;
using MedStreams.Streams.Testing;
using Polly;

namespace MedStreams.Streams.Tests.Async;

/// <summary>Asynchronous nodes in the test driver: what a call may do, and what becomes of its record.</summary>
public sealed class AsyncDriverTests
{
    private static readonly AsyncOptions NoJitter = new() { Retry = new AsyncRetry { Jitter = false } };

    [Fact]
    public void A_call_s_value_comes_out_with_the_time_and_headers_of_its_record_before_PipeInput_returns()
    {
        using var driver = Driver(b => b.Stream<string, string>("in")
            .MapValuesAsync(async (value, token) =>
            {
                await Task.Delay(1, token);
                return value.Length;
            })
            .To("out"));
        var headers = Headers.Empty.With("h", "1"u8.ToArray());

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "four", 7, headers);

        Assert.Equal(
            new Record<string, int>("k", 4, 7, headers), driver.CreateOutputTopic<string, int>("out").ReadRecord());
    }

    [Fact]
    public void A_call_makes_none_or_several_records_and_knows_its_place()
    {
        var places = new List<AsyncCallContext>();
        using var driver = Driver(b => b.Stream<string, string>("in")
            .ProcessAsync<string, string>((record, context) =>
            {
                places.Add(context);
                return ValueTask.FromResult<IReadOnlyList<Record<string, string>>>(
                    [.. record.Value.Select(c => record.WithKey(c.ToString()))]);
            })
            .To("out"));

        driver.CreateInputTopic<string, string>("in").PipeInput([("a", "xy"), ("b", ""), ("c", "z")]);

        Assert.Equal([("x", "xy"), ("y", "xy"), ("z", "z")], driver.CreateOutputTopic<string, string>("out").ReadKeyValues());
        Assert.Equal([0L, 1L, 2L], places.Select(p => p.Metadata!.Value.Offset));
        Assert.All(places, p => Assert.Equal((new TaskId(0, 0), 1), (p.TaskId, p.Attempt)));
    }

    [Fact]
    public void A_failed_attempt_is_tried_again_after_a_wait_that_grows_and_costs_no_real_time()
    {
        var attempts = new List<DateTimeOffset>();
        using var driver = Driver(b => b.Stream<string, string>("in")
            .ProcessAsync<string, string>(
                (record, context) =>
                {
                    attempts.Add(context.Clock.GetUtcNow());
                    return context.Attempt < 3
                        ? throw new InvalidOperationException()
                        : ValueTask.FromResult<IReadOnlyList<Record<string, string>>>([record]);
                },
                NoJitter with { Retry = NoJitter.Retry with { Delay = TimeSpan.FromSeconds(2) } })
            .To("out"));

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "v");

        Assert.Equal("v", driver.CreateOutputTopic<string, string>("out").ReadValue());
        Assert.Equal([0, 2, 6], attempts.Select(a => (a - attempts[0]).TotalSeconds));
        Assert.Equal(6, (driver.WallClock - DateTimeOffset.UnixEpoch).TotalSeconds);
    }

    [Fact]
    public void What_is_not_worth_another_attempt_gets_none()
    {
        var attempts = 0;
        var options = NoJitter with
        {
            Retry = NoJitter.Retry with { Handles = static e => e is TimeoutException },
            OnExhausted = static _ => ErrorVerdict.Continue,
        };
        using var driver = Driver(b => b.Stream<string, string>("in")
            .MapValuesAsync<string>((_, _) => ++attempts > 0 ? throw new InvalidOperationException() : default, options)
            .To("out"));

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "v");

        Assert.Equal(1, attempts);
        Assert.True(driver.CreateOutputTopic<string, string>("out").IsEmpty);
    }

    [Fact]
    public void A_call_that_has_failed_for_good_asks_the_application_s_handler_with_its_place()
    {
        var asked = new List<ErrorContext>();
        using var driver = Driver(
            b => b.Stream<string, string>("in")
                .MapValuesAsync<string>((value, _) => value == "bad" ? throw new InvalidOperationException("secret") : new(value), NoJitter, "ask")
                .To("out"),
            new TopologyTestDriverOptions
            {
                OnProcessingError = e =>
                {
                    asked.Add(e);
                    return ErrorVerdict.DeadLetter;
                },
                DeadLetterTopic = "dead",
            });

        driver.CreateInputTopic<string, string>("in").PipeInput([("k", "good"), ("k", "bad"), ("k", "fine")]);

        Assert.Equal(["good", "fine"], driver.CreateOutputTopic<string, string>("out").ReadValues());
        var told = Assert.Single(asked);
        Assert.Equal(("ask", new TaskId(0, 0), 1L), (told.NodeName, told.Task, told.Metadata!.Value.Offset));
        Assert.IsType<InvalidOperationException>(told.Error);
        var dead = driver.CreateOutputTopic<string, string>("dead").ReadRecord();
        Assert.Equal(("k", "bad"), (dead.Key, dead.Value));
        Assert.Equal(
            "InvalidOperationException"u8, dead.Headers.Last("__streams.errors.message")!.Value.Value!.Value.Span);
    }

    [Fact]
    public void Without_a_handler_it_stops_with_node_and_task_and_without_a_word_of_the_record()
    {
        using var driver = Driver(b => b.Stream<string, string>("in")
            .MapValuesAsync<string>((_, _) => throw new InvalidOperationException("secret"), NoJitter, "ask")
            .To("out"));

        var error = Assert.Throws<StreamsException>(
            () => driver.CreateInputTopic<string, string>("in").PipeInput("k", "v"));

        Assert.Equal("ask of task 0_0 threw InvalidOperationException.", error.Message);
    }

    [Fact]
    public void The_node_s_own_handler_comes_first()
    {
        var options = NoJitter with { OnExhausted = static _ => ErrorVerdict.Continue };
        using var driver = Driver(b => b.Stream<string, string>("in")
            .MapValuesAsync<string>((_, _) => throw new InvalidOperationException(), options)
            .To("out"));

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "v");

        Assert.True(driver.CreateOutputTopic<string, string>("out").IsEmpty);
    }

    [Fact]
    public void A_call_that_waits_on_its_clock_runs_out_of_time_without_waiting_for_it()
    {
        Exception? error = null;
        var since = Stopwatch.GetTimestamp();
        using var driver = Driver(b => b.Stream<string, string>("in")
            .ProcessAsync<string, string>(
                async (record, context) =>
                {
                    await Task.Delay(TimeSpan.FromMinutes(1), context.Clock, context.CancellationToken);
                    return [record];
                },
                new AsyncOptions { OnExhausted = e => Continue(error = e.Error) })
            .To("out"));

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "v");

        Assert.IsType<AsyncCallTimeoutException>(error);
        Assert.Equal(10, (driver.WallClock - DateTimeOffset.UnixEpoch).TotalSeconds);
        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(9));
    }

    [Fact]
    public void An_attempt_that_takes_too_long_is_cancelled_and_tried_again()
    {
        var attempts = 0;
        var options = NoJitter with { AttemptTimeout = TimeSpan.FromSeconds(2) };
        using var driver = Driver(b => b.Stream<string, string>("in")
            .ProcessAsync<string, string>(
                async (record, context) =>
                {
                    if (++attempts == 1)
                        await Task.Delay(TimeSpan.FromMinutes(1), context.Clock, context.CancellationToken);
                    return [record];
                },
                options)
            .To("out"));

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "v");

        Assert.Equal("v", driver.CreateOutputTopic<string, string>("out").ReadValue());
        Assert.Equal((2, 2.1), (attempts, (driver.WallClock - DateTimeOffset.UnixEpoch).TotalSeconds));
    }

    [Fact]
    public void A_call_that_never_ends_and_heeds_no_token_is_given_up()
    {
        Exception? error = null;
        var never = new TaskCompletionSource<string>();
        using var driver = Driver(
            b => b.Stream<string, string>("in")
                .MapValuesAsync(async (_, _) => await never.Task, new AsyncOptions { OnExhausted = e => Continue(error = e.Error) }, "ask")
                .To("out"),
            new TopologyTestDriverOptions { CallPatience = TimeSpan.FromMilliseconds(20) });

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "v");

        Assert.Equal("A call of ask did not end within 00:00:10.", Assert.IsType<AsyncCallTimeoutException>(error).Message);
        never.SetResult("too late");
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(1));
        Assert.True(driver.CreateOutputTopic<string, string>("out").IsEmpty);
    }

    [Fact]
    public void Polly_s_own_strategies_may_stand_around_the_attempts()
    {
        var calls = 0;
        var breaker = new AsyncOptions
        {
            Resilience = static b => b.AddCircuitBreaker(new Polly.CircuitBreaker.CircuitBreakerStrategyOptions
            {
                MinimumThroughput = 2,
                FailureRatio = 0.5,
            }),
            OnExhausted = static _ => ErrorVerdict.Continue,
        };
        using var driver = Driver(b => b.Stream<string, string>("in")
            .MapValuesAsync<string>((_, _) => ++calls > 0 ? throw new InvalidOperationException() : default, breaker)
            .To("out"));

        driver.CreateInputTopic<string, string>("in").PipeInput(Enumerable.Range(0, 10).Select(i => ("k", $"{i}")).ToList());

        Assert.Equal(2, calls); // then the circuit is open
    }

    [Fact]
    public void Windows_joins_and_further_calls_work_behind_a_call()
    {
        using var driver = Driver(b =>
        {
            var table = b.Table<string, string>("names");
            b.Stream<string, string>("in")
                .MapValuesAsync(static async (value, token) => await Slowly(value + "1", token))
                .Join(table, static (string value, string name) => $"{name}:{value}")
                .MapValuesAsync(static async (value, token) => await Slowly(value + "2", token))
                .GroupByKey()
                .WindowedBy(TimeWindows.OfSizeWithNoGrace(TimeSpan.FromSeconds(10)))
                .Reduce(static (one, other) => $"{one},{other}")
                .Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()))
                .ToStream((window, _) => window.Key)
                .MapValuesAsync(static async (value, token) => await Slowly(value + "!", token))
                .To("out");
        });
        driver.CreateInputTopic<string, string>("names").PipeInput("k", "n", 0);
        var input = driver.CreateInputTopic<string, string>("in");

        input.PipeInput("k", "a", 1_000);
        input.PipeInput("k", "b", 9_999);
        input.PipeInput("k", "c", 10_000);

        Assert.Equal(
            [new Record<string, string>("k", "n:a12,n:b12!", 9_999)],
            driver.CreateOutputTopic<string, string>("out").ReadRecords());
    }

    [Fact]
    public void Calls_begin_where_a_cache_or_a_punctuator_forwards()
    {
        var topology = new Topology()
            .AddSource("source", Serdes.String, Serdes.String, "in")
            .AddProcessor<string, string, string, string>("ticker", static () => new Ticker(), "source")
            .AddAsyncProcessor<string, string, string, string>(
                "call",
                static async (record, context) =>
                {
                    await Task.Delay(TimeSpan.FromSeconds(3), context.Clock, context.CancellationToken);
                    return [record.WithValue($"{record.Value} {context.Metadata?.Offset.ToString() ?? "none"}")];
                },
                null,
                "ticker")
            .AddSink("sink", "out", Serdes.String, Serdes.String, "call");
        using var driver = new TopologyTestDriver(topology);

        driver.CreateInputTopic<string, string>("in").PipeInput("k", "record");
        driver.AdvanceWallClockTime(TimeSpan.FromMinutes(1));

        Assert.Equal(["record 0", "tick none"], driver.CreateOutputTopic<string, string>("out").ReadValues());
    }

    [Fact]
    public void It_is_described_as_a_processor()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in")
            .MapValuesAsync(static (value, _) => ValueTask.FromResult(value))
            .ProcessAsync<string, string>(static (record, _) => new([record]), named: "ask")
            .To("out");

        var text = builder.Build().Describe().ToString();

        Assert.Contains("Processor: KSTREAM-MAPVALUESASYNC-0000000001 (stores: [])", text, StringComparison.Ordinal);
        Assert.Contains("Processor: ask (stores: [])", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(AsyncOptions.MaxConcurrency), "MaxConcurrency of the asynchronous node ask must be 1 and more.")]
    [InlineData(nameof(AsyncOptions.Timeout), "Timeout of the asynchronous node ask must be 1 ms to 1 h.")]
    [InlineData(nameof(AsyncOptions.AttemptTimeout), "AttemptTimeout of the asynchronous node ask must be 10 ms to Timeout, or null.")]
    [InlineData(nameof(AsyncRetry.MaxAttempts), "Retry.MaxAttempts of the asynchronous node ask must be 1 (no retry) and more.")]
    [InlineData(nameof(AsyncRetry.MaxDelay), "Retry.MaxDelay of the asynchronous node ask must be at least its Delay.")]
    public void An_option_out_of_range_is_named_where_the_node_is_added(string option, string text)
    {
        var options = option switch
        {
            nameof(AsyncOptions.MaxConcurrency) => new AsyncOptions { MaxConcurrency = 0 },
            nameof(AsyncOptions.Timeout) => new AsyncOptions { Timeout = TimeSpan.Zero },
            nameof(AsyncOptions.AttemptTimeout) => new AsyncOptions { AttemptTimeout = TimeSpan.FromMinutes(1) },
            nameof(AsyncRetry.MaxAttempts) => new AsyncOptions { Retry = new AsyncRetry { MaxAttempts = 0 } },
            _ => new AsyncOptions { Retry = new AsyncRetry { MaxDelay = TimeSpan.Zero } },
        };
        var stream = new StreamsBuilder().Stream<string, string>("in");

        var error = Assert.Throws<TopologyException>(
            () => stream.MapValuesAsync(static (value, _) => ValueTask.FromResult(value), options, "ask"));

        Assert.Equal(text, error.Message);
    }

    private static ErrorVerdict Continue(Exception? seen)
    {
        Assert.NotNull(seen);
        return ErrorVerdict.Continue;
    }

    private static async ValueTask<string> Slowly(string value, CancellationToken token)
    {
        await Task.Delay(1, token);
        return value;
    }

    private static TopologyTestDriver Driver(Action<StreamsBuilder> build, TopologyTestDriverOptions? options = null)
    {
        var builder = new StreamsBuilder();
        build(builder);
        return new TopologyTestDriver(builder.Build(), options);
    }

    private sealed class Ticker : IProcessor<string, string, string, string>
    {
        private IProcessorContext<string, string>? _context;

        public void Init(IProcessorContext<string, string> context)
        {
            _context = context;
            context.Schedule(
                TimeSpan.FromMinutes(1), PunctuationType.WallClockTime, now => context.Forward(new("k", "tick", now)));
        }

        public void Process(in Record<string, string> record) => _context!.Forward(record);
    }
}
