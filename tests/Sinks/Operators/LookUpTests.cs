using MedStreams.Sinks.Operators;
using MedStreams.Support;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>APIs without idempotency keys: look first, call then.</summary>
public sealed class LookUpTests
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task S2_9_What_the_operator_knows_already_is_not_called_for()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(200);
        using var apis = OperatorSamples.Apis(OperatorSamples.Asked(peer.Address));

        Assert.Equal(OperatorOutcome.AlreadyDone, (await apis.CallAsync(OperatorSamples.Call("1/2"))).Outcome);

        Assert.Equal(["GET /cards/E1/1%2F2?due=2031-03-31"], peer.Requests.Select(r => $"{r.Method} {r.Target}"));
    }

    [Fact]
    public async Task S2_9_What_it_does_not_know_is_called_for_once()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(404, 200);
        using var apis = OperatorSamples.Apis(OperatorSamples.Asked(peer.Address));

        Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync(OperatorSamples.Call())).Outcome);

        Assert.Equal(["GET", "POST"], peer.Requests.Select(r => r.Method));
    }

    [Theory]
    [InlineData(500, OperatorOutcome.Unavailable)]
    [InlineData(401, OperatorOutcome.Unavailable)]
    [InlineData(429, OperatorOutcome.Throttled)]
    public async Task S2_9_Without_an_answer_to_the_question_no_call_is_made(int status, OperatorOutcome outcome)
    {
        await using var peer = await OperatorPeer.AnsweringAsync(status);
        using var apis = OperatorSamples.Apis(OperatorSamples.Asked(peer.Address));

        var answer = await apis.CallAsync(OperatorSamples.Call());

        Assert.Equal((outcome, false), (answer.Outcome, answer.MayBeDone));
        Assert.Equal("GET", Assert.Single(peer.Requests).Method);
    }

    [Fact]
    public async Task S2_9_A_call_without_an_answer_is_made_again_only_when_the_operator_cannot_be_at_it_any_more()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.AnsweringAsync(404, 500, 404, 404, 200);
        using var apis = OperatorSamples.Apis(OperatorSamples.Asked(peer.Address), time);
        var call = OperatorSamples.Call();

        Assert.True((await apis.CallAsync(call)).MayBeDone);
        time.Advance(Settle / 3);
        var early = await apis.CallAsync(call);
        Assert.Equal((OperatorOutcome.Unavailable, true, Settle * 2 / 3), (early.Outcome, early.MayBeDone, early.RetryAfter));
        Assert.Equal(["GET", "POST", "GET"], peer.Requests.Select(r => r.Method));
        time.Advance(Settle * 2 / 3);

        Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync(call)).Outcome);

        Assert.Equal(["GET", "POST", "GET", "GET", "POST"], peer.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task S2_9_A_call_that_a_process_made_that_is_gone_is_waited_for_too()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.AnsweringAsync(404, 404, 200);
        using var apis = OperatorSamples.Apis(OperatorSamples.Asked(peer.Address), time);
        var call = OperatorSamples.Call(mayHaveBeenMade: true);

        Assert.Equal(Settle, (await apis.CallAsync(call)).RetryAfter);
        time.Advance(Settle);
        Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync(call)).Outcome);

        Assert.Equal(["GET", "GET", "POST"], peer.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task S2_9_Only_the_card_itself_waits_until_its_call_may_be_made_again()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.AnsweringAsync(404, 200, 404, 200);
        var declared = OperatorSamples.Asked(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Limits = declared.Limits with { Attempts = 2, MaxWait = TimeSpan.Zero, Concurrency = 1 } }, time);

        // The first question is answered before the second card comes; its wait occupies nothing.
        var waiting = apis.CallAsync(OperatorSamples.Call("1", mayHaveBeenMade: true));
        await Eventually.Holds(() => peer.Requests.Count == 1 && apis.Status[0].InFlight == 0);
        Assert.Equal(OperatorOutcome.AlreadyDone, (await apis.CallAsync(OperatorSamples.Call("2"))).Outcome);
        Assert.False(waiting.IsCompleted);
        while (!waiting.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.Equal(OperatorOutcome.Done, (await waiting).Outcome);
        Assert.Equal(["GET", "GET", "GET", "POST"], peer.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task S2_9_A_process_that_was_stopped_between_question_and_call_asks_again()
    {
        // The answer to the first question takes as long as the process stands still; meanwhile another one has called.
        var time = new ManualTime();
        var open = new TaskCompletionSource();
        var asked = 0;
        await using var peer = await OperatorPeer.StartAsync(async (_, context) =>
        {
            context.Response.StatusCode = 404;
            if (Interlocked.Increment(ref asked) == 1)
                await open.Task;
            else
                context.Response.StatusCode = 200;
        });
        var declared = OperatorSamples.Asked(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Limits = declared.Limits with { Attempts = 2 } }, time);

        var call = apis.CallAsync(OperatorSamples.Call());
        await Eventually.Holds(() => peer.Requests.Count == 1);
        time.Advance(TimeSpan.FromSeconds(8));
        open.SetResult();
        while (!call.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.Equal(OperatorOutcome.AlreadyDone, (await call).Outcome);
        Assert.Equal(["GET", "GET"], peer.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task S2_9_A_call_that_turns_out_to_be_done_while_it_is_waited_for_is_not_made_again()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.AnsweringAsync(404, 200);
        using var apis = OperatorSamples.Apis(OperatorSamples.Asked(peer.Address), time);
        var call = OperatorSamples.Call(mayHaveBeenMade: true);

        await apis.CallAsync(call);
        Assert.Equal(OperatorOutcome.AlreadyDone, (await apis.CallAsync(call)).Outcome);

        Assert.Equal(["GET", "GET"], peer.Requests.Select(r => r.Method));
    }
}
