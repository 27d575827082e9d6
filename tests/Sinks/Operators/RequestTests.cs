using System.Text.Json;
using MedStreams.Sinks.Operators;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>What is sent for a card.</summary>
public sealed class RequestTests
{
    private const string Hostile = "a\"b\\c/d?e&f=g#ü %2F{{due}}\n<";

    [Fact]
    public async Task S2_8_A_field_is_escaped_for_where_it_stands()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(200);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with
        {
            Call = declared.Call with { Url = peer.Address + "v1/{{number}}?n={{number}}&due={{due}}", Headers = OperatorSamples.Headers(("X-Due", "on {{due}}")) },
        });

        Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync(OperatorSamples.Call(Hostile) with { Key = "k" })).Outcome);

        var request = Assert.Single(peer.Requests);
        var escaped = Uri.EscapeDataString(Hostile);
        Assert.Equal($"/v1/{escaped}?n={escaped}&due=2031-03-31", request.Target);
        Assert.Equal(Hostile, JsonDocument.Parse(request.Body).RootElement.GetProperty("number").GetString());
        Assert.Equal("on 2031-03-31", request.Headers["X-Due"]);
        Assert.Equal("k", request.Headers["Idempotency-Key"]);
        Assert.Equal("application/json; charset=utf-8", request.Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "n={{number}}", "n=a%22b%20%26%3C")]
    [InlineData("application/xml", "<n a=\"{{number}}\"/>", "<n a=\"a&quot;b &amp;&lt;\"/>")]
    [InlineData("text/plain", "{{number}}", "a\"b &<")]
    public async Task S2_8_A_body_of_another_type_is_escaped_as_that_type_wants(string type, string body, string expected)
    {
        await using var peer = await OperatorPeer.AnsweringAsync(200);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Call = declared.Call with { ContentType = type, Body = body } });

        await apis.CallAsync(OperatorSamples.Call("a\"b &<") with { Key = "k" });

        Assert.Equal(expected, Assert.Single(peer.Requests).Body);
    }

    [Theory]
    [InlineData("..", "in the path")]
    [InlineData(".", "in the path")]
    public async Task S2_8_A_card_whose_number_would_lead_to_another_path_is_refused_and_not_sent(string number, string reason)
    {
        await using var peer = await OperatorPeer.AnsweringAsync(200);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Call = declared.Call with { Url = peer.Address + "v1/cards/{{number}}" } });

        var answer = await apis.CallAsync(OperatorSamples.Call(number) with { Key = "k" });

        Assert.Equal(OperatorOutcome.Refused, answer.Outcome);
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
        Assert.Empty(peer.Requests);
    }

    [Fact]
    public async Task S2_8_A_line_end_does_not_get_into_a_header()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(200);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Call = declared.Call with { Headers = OperatorSamples.Headers(("X-Number", "{{number}}")) } });

        var answer = await apis.CallAsync(OperatorSamples.Call("1\r\nX-Admin: 1") with { Key = "k" });

        Assert.Equal(OperatorOutcome.Refused, answer.Outcome);
        Assert.DoesNotContain("Admin", answer.Reason, StringComparison.Ordinal);
        Assert.Empty(peer.Requests);
    }

    [Fact]
    public async Task S2_8_A_card_without_a_field_that_is_sent_is_refused()
    {
        await using var peer = await OperatorPeer.AnsweringAsync(200);
        var declared = OperatorSamples.Keyed(peer.Address);
        using var apis = OperatorSamples.Apis(declared with { Call = declared.Call with { Body = """{"t":"{{card.tariff}}"}""" } });
        var call = OperatorSamples.Call();

        Assert.Equal("the card has no field card.tariff", (await apis.CallAsync(call)).Reason);
        var filled = call with { Fields = new Dictionary<string, string>(call.Fields) { ["card.tariff"] = "L" } };
        Assert.Equal(OperatorOutcome.Done, (await apis.CallAsync(filled)).Outcome);

        Assert.Equal("""{"t":"L"}""", Assert.Single(peer.Requests).Body);
    }
}
