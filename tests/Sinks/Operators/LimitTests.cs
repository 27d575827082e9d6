using MedStreams.Sinks.Operators;
using MedStreams.Support;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>Rate limit, Retry-After, calls at a time and circuit breaker, by a clock that the test moves.</summary>
public sealed class LimitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task S2_8_No_more_requests_are_made_than_the_rate_allows()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.StartAsync((_, _) => Task.CompletedTask, time);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(
            declared with { Limits = declared.Limits with { RatePerSecond = 2, Burst = 2, Concurrency = 10, MaxWait = 1.5 * Second } }, time);
        var start = time.GetUtcNow();

        var calls = Enumerable.Range(0, 7).Select(i => apis.CallAsync(OperatorSamples.Call($"{i}"))).ToList();
        for (var at = 0.0; at < 2; at += 0.5)
        {
            await Eventually.Holds(() => peer.Requests.Count == 2 + (int)(at / 0.5));
            time.Advance(0.5 * Second);
        }

        var answers = await Task.WhenAll(calls);
        Assert.Equal([0, 0, 0.5, 1, 1.5], peer.Requests.Select(r => (r.At - start).TotalSeconds));
        Assert.Equal(5, answers.Count(a => a.Outcome == OperatorOutcome.Done));
        Assert.All(answers.Where(a => a.Outcome != OperatorOutcome.Done), a => Assert.Equal((OperatorOutcome.Throttled, 2 * Second), (a.Outcome, a.RetryAfter)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S2_8_Who_is_told_to_wait_waits_so_long_and_all_others_with_it(bool isDate)
    {
        var time = new ManualTime();
        var asked = 0;
        await using var peer = await OperatorPeer.StartAsync(
            (_, context) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                    Throttle(context, isDate, 3);
                return Task.CompletedTask;
            },
            time);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Limits = declared.Limits with { Attempts = 2, MaxWait = 4 * Second } }, time);
        var start = time.GetUtcNow();

        var first = apis.CallAsync(OperatorSamples.Call("1"));
        await Eventually.Holds(() => apis.Status[0].ThrottledUntil is not null);
        var second = apis.CallAsync(OperatorSamples.Call("2"));
        var both = Task.WhenAll(first, second);
        while (!both.IsCompleted)
            await StepAsync(time, Second / 10);

        Assert.All(await both, a => Assert.Equal(OperatorOutcome.Done, a.Outcome));
        Assert.Equal(start, peer.Requests[0].At);
        Assert.Equal(3, peer.Requests.Count);
        Assert.All(peer.Requests.Skip(1), r => Assert.True(r.At - start >= 3 * Second));
    }

    [Fact]
    public async Task S2_8_A_wait_that_is_too_long_is_left_to_the_next_round_without_a_request()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.StartAsync((_, context) =>
        {
            Throttle(context, isDate: false, 60);
            return Task.CompletedTask;
        });
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Limits = declared.Limits with { Attempts = 5 } }, time);

        var first = await apis.CallAsync(OperatorSamples.Call("1"));
        time.Advance(10 * Second);
        var second = await apis.CallAsync(OperatorSamples.Call("2"));

        Assert.Equal((OperatorOutcome.Throttled, 60 * Second), (first.Outcome, first.RetryAfter));
        Assert.Equal((OperatorOutcome.Throttled, 50 * Second), (second.Outcome, second.RetryAfter));
        Assert.Single(peer.Requests);
    }

    [Fact]
    public async Task S2_8_No_more_calls_are_on_their_way_than_declared()
    {
        var (now, most, gate) = (0, 0, new Lock());
        var open = new TaskCompletionSource();
        await using var peer = await OperatorPeer.StartAsync(async (_, _) =>
        {
            lock (gate)
                most = Math.Max(most, ++now);
            await open.Task;
            lock (gate)
                now--;
        });
        var declared = OperatorSamples.Keyed(peer.Address);
        var time = new ManualTime();
        using var apis = OperatorSamples.Apis(declared with { Limits = declared.Limits with { Concurrency = 3 } }, time);

        var calls = Enumerable.Range(0, 12).Select(i => apis.CallAsync(OperatorSamples.Call($"{i}"))).ToList();
        await Eventually.Holds(() => peer.Requests.Count == 3);
        Assert.Equal(3, apis.Status[0].InFlight);
        open.SetResult();

        Assert.All(await Task.WhenAll(calls), a => Assert.Equal(OperatorOutcome.Done, a.Outcome));
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task S2_8_An_operator_that_hangs_does_not_slow_another()
    {
        var time = new ManualTime();
        await using var hanging = await OperatorPeer.StartAsync((_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var well = await OperatorPeer.AnsweringAsync(200);
        var (north, south) = (OperatorSamples.Keyed(hanging.Address), OperatorSamples.Keyed(well.Address) with { Name = "south" });
        using var apis = new OperatorApis(
            [north with { Limits = north.Limits with { Concurrency = 2, MaxWait = Second } }, south], Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, time);

        var stuck = Enumerable.Range(0, 4).Select(i => apis.CallAsync(OperatorSamples.Call($"{i}"))).ToList();
        await Eventually.Holds(() => hanging.Requests.Count == 2);
        for (var i = 0; i < 50; i++)
            Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync("south", OperatorSamples.Call($"{i}"), TestContext.Current.CancellationToken)).Outcome);

        Assert.DoesNotContain(stuck, s => s.IsCompleted); // no time has passed for it
        time.Advance(2 * Second);
        await Eventually.Holds(() => stuck.Count(s => s.IsCompleted) == 2);
        Assert.All(stuck.Where(s => s.IsCompleted), s => Assert.Equal(OperatorOutcome.Throttled, s.Result.Outcome));
        time.Advance(TimeSpan.FromMinutes(10));
        await Task.WhenAll(stuck);
    }

    [Fact]
    public async Task S2_8_An_operator_that_fails_is_left_alone_then_tried_once_then_called_again()
    {
        var time = new ManualTime();
        var fails = true;
        await using var peer = await OperatorPeer.StartAsync((_, context) =>
        {
            context.Response.StatusCode = Volatile.Read(ref fails) ? 500 : 200;
            return Task.CompletedTask;
        });
        using var apis = OperatorSamples.Apis(
            OperatorSamples.Keyed(peer.Address) with { Breaker = new OperatorBreaker { MinimumRequests = 4, Pause = 20 * Second } }, time);

        for (var i = 0; i < 4; i++)
            Assert.Equal(OperatorOutcome.Unavailable, (await apis.CallAsync(OperatorSamples.Call($"{i}"))).Outcome);
        var alone = await apis.CallAsync(OperatorSamples.Call("5"));
        Assert.Equal((OperatorOutcome.BreakerOpen, 20 * Second, false), (alone.Outcome, alone.RetryAfter, alone.MayBeDone));
        Assert.Equal(time.GetUtcNow() + (20 * Second), apis.Status[0].LeftAloneUntil);
        Assert.Equal(4, peer.Requests.Count);

        time.Advance(20 * Second);
        Assert.Equal(OperatorOutcome.Unavailable, (await apis.CallAsync(OperatorSamples.Call("6"))).Outcome);
        Assert.Equal(OperatorOutcome.BreakerOpen, (await apis.CallAsync(OperatorSamples.Call("7"))).Outcome);
        Assert.Equal(5, peer.Requests.Count);

        Volatile.Write(ref fails, false);
        time.Advance(20 * Second);
        Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync(OperatorSamples.Call("6"))).Outcome);
        Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync(OperatorSamples.Call("7"))).Outcome);
        Assert.Null(apis.Status[0].LeftAloneUntil);
    }

    [Fact]
    public async Task S2_8_Throttled_and_refused_cards_do_not_open_the_breaker()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(404);
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(peer.Address) with { Breaker = new OperatorBreaker { MinimumRequests = 2 } });

        for (var i = 0; i < 20; i++)
            Assert.Equal(OperatorOutcome.Refused, (await apis.CallAsync(OperatorSamples.Call($"{i}"))).Outcome);
    }

    [Fact]
    public async Task S2_8_Waits_between_tries_grow_and_tries_end()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.StartAsync(
            (_, context) =>
            {
                context.Response.StatusCode = 500;
                return Task.CompletedTask;
            },
            time);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(
            declared with { Limits = declared.Limits with { Attempts = 4, Backoff = Second, MaxWait = 30 * Second }, Breaker = new OperatorBreaker { MinimumRequests = 100 } }, time);

        var call = apis.CallAsync(OperatorSamples.Call());
        while (!call.IsCompleted)
            await StepAsync(time, Second / 10);

        Assert.Equal(OperatorOutcome.Unavailable, (await call).Outcome);
        Assert.Equal(4, peer.Requests.Count);
        Assert.True(peer.Requests[^1].At - peer.Requests[0].At > 2 * Second);
    }

    private static async Task StepAsync(ManualTime time, TimeSpan step)
    {
        time.Advance(step);
        await Task.Delay(2); // real time for what rang
    }

    private static void Throttle(HttpContext context, bool isDate, int seconds)
    {
        context.Response.StatusCode = 429;
        var itsClock = new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero); // far from ours
        context.Response.Headers.Date = itsClock.ToString("R");
        context.Response.Headers.RetryAfter = isDate ? (itsClock + TimeSpan.FromSeconds(seconds)).ToString("R") : $"{seconds}";
    }
}
