using MedStreams.Sinks.Operators;
using MedStreams.Support;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>What answers mean, and what is done when there is none.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData(200, OperatorOutcome.Done, false)]
    [InlineData(204, OperatorOutcome.Done, false)]
    [InlineData(409, OperatorOutcome.AlreadyDone, false)]
    [InlineData(404, OperatorOutcome.Refused, false)]
    [InlineData(422, OperatorOutcome.Refused, false)]
    [InlineData(401, OperatorOutcome.Unavailable, false)]
    [InlineData(403, OperatorOutcome.Unavailable, false)]
    [InlineData(429, OperatorOutcome.Throttled, false)]
    [InlineData(302, OperatorOutcome.Unavailable, true)]
    [InlineData(500, OperatorOutcome.Unavailable, true)]
    [InlineData(503, OperatorOutcome.Unavailable, true)]
    public async Task S2_8_A_status_means_what_is_declared(int status, OperatorOutcome outcome, bool mayBeDone)
    {
        await using var peer = await OperatorPeer.StartAsync((_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(peer.Address));

        var answer = await apis.CallAsync(OperatorSamples.Call());

        Assert.Equal((outcome, mayBeDone), (answer.Outcome, answer.MayBeDone));
        Assert.Single(peer.Requests);
    }

    [Theory]
    [InlineData("""{"result":{"state":"ok"}}""", OperatorOutcome.Done)]
    [InlineData("""{"result":{"state":"known"}}""", OperatorOutcome.AlreadyDone)]
    [InlineData("""{"result":{"state":"no"}}""", OperatorOutcome.Refused)]
    [InlineData("""{"result":{"state":"later"}}""", OperatorOutcome.Unavailable)]
    [InlineData("""{"result":{"state":17}}""", OperatorOutcome.Unavailable)]
    [InlineData("no JSON at all", OperatorOutcome.Unavailable)]
    public async Task S2_8_A_200_that_says_something_else_in_its_body_is_not_done(string body, OperatorOutcome outcome)
    {
        await using var peer = await OperatorPeer.StartAsync((_, context) => context.Response.WriteAsync(body));
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(peer.Address) with
        {
            Success = OperatorSamples.Rule("200 where result.state = ok"),
            AlreadyDone = OperatorSamples.Rule("409; 200 where result.state = known"),
            Refused = OperatorSamples.Rule("400-499; 200 where result.state = no"),
        });

        Assert.Equal(outcome, (await apis.CallAsync(OperatorSamples.Call())).Outcome);
    }

    [Fact]
    public async Task S2_9_After_a_500_the_same_key_is_sent_again_and_what_was_done_then_is_found_out()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(500, 409);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Limits = declared.Limits with { Attempts = 2, Backoff = TimeSpan.FromMilliseconds(1) } });

        var answer = await apis.CallAsync(OperatorSamples.Call());

        Assert.Equal(OperatorOutcome.AlreadyDone, answer.Outcome);
        Assert.Equal(["key-4711", "key-4711"], peer.Requests.Select(r => r.Headers["Idempotency-Key"]));
    }

    [Fact]
    public async Task S2_9_No_answer_in_time_is_never_taken_for_done()
    {
        var time = new ManualTime();
        await using var peer = await OperatorPeer.StartAsync((_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(peer.Address), time);

        var call = apis.CallAsync(OperatorSamples.Call());
        await Eventually.Holds(() => peer.Requests.Count == 1);
        time.Advance(TimeSpan.FromMinutes(10));
        var answer = await call;

        Assert.Equal((OperatorOutcome.Unavailable, true), (answer.Outcome, answer.MayBeDone));
        Assert.Contains("does not answer within", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S2_9_A_connection_that_is_cut_is_never_taken_for_done()
    {
        await using var peer = await OperatorPeer.StartAsync((_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(peer.Address));

        var answer = await apis.CallAsync(OperatorSamples.Call());

        Assert.Equal((OperatorOutcome.Unavailable, true), (answer.Outcome, answer.MayBeDone));
    }

    [Fact]
    public async Task S2_8_Where_nobody_listens_nothing_was_done()
    {
        var peer = await OperatorPeer.AnsweringAsync(200);
        var address = peer.Address;
        await peer.DisposeAsync();
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(address));

        var answer = await apis.CallAsync(OperatorSamples.Call());

        Assert.Equal((OperatorOutcome.Unavailable, false), (answer.Outcome, answer.MayBeDone));
    }

    [Fact]
    public async Task S2_8_An_operator_that_is_not_declared_refuses()
    {
        using var apis = OperatorSamples.Apis(OperatorSamples.Keyed(new Uri("http://127.0.0.1:9/")));

        var answer = await apis.CallAsync("south", OperatorSamples.Call(), TestContext.Current.CancellationToken);

        Assert.Equal(OperatorOutcome.Refused, answer.Outcome);
    }
}
