using MedStreams.Sinks.Operators;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>A declaration that cannot be used is told at the start, with its key and what to do.</summary>
public sealed class DeclarationTests
{
    private static readonly OperatorDeclaration Good = OperatorSamples.Keyed(new Uri("http://127.0.0.1:9/"));

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "Url", "ftp://host/{{number}}", "http://" },
        { "Url", "not an address", "http://" },
        { "Url", "http://me:secret@host/", "login" },
        { "Url", "http://{{enterprise}}/cards", "behind the host" },
        { "Url", "http://host{{number}}", "behind the host" },
        { "Url", "http://host/a/../b", ".." },
        { "Url", "http://host/{{nummer}}", "no field" },
        { "Url", "http://host/{{number", "does not end" },
        { "Body", "{\"a\":{{number}}}", "quotation marks" },
        { "Body", "{\"a\":\"{{number}}\"", "no JSON" },
        { "Method", "PO ST", "POST" },
        { "ContentType", "json", "media type" },
        { "Headers:Bad Name", "x", "no header" },
        { "Headers:X-A", "a\nb", "control" },
        { "IdempotencyHeader", "Bad Name", "no header" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_told_by_its_key(string key, string value, string cure)
    {
        var call = Good.Call;
        var declared = key switch
        {
            "Url" => Good with { Call = call with { Url = value } },
            "Body" => Good with { Call = call with { Body = value } },
            "Method" => Good with { Call = call with { Method = value } },
            "ContentType" => Good with { Call = call with { ContentType = value } },
            "IdempotencyHeader" => Good with { IdempotencyHeader = value },
            _ => Good with { Call = call with { Headers = OperatorSamples.Headers((key["Headers:".Length..], value)) } },
        };

        var fault = Assert.Single(Assert.Throws<OperatorDeclarationException>(() => OperatorSamples.Apis(declared)).Faults);

        Assert.Equal(key, fault.Key);
        Assert.Contains(cure, fault.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void S2_9_An_API_has_idempotency_keys_or_can_be_asked()
    {
        var fault = Assert.Single(Assert.Throws<OperatorDeclarationException>(() => OperatorSamples.Apis(Good with { IdempotencyHeader = null })).Faults);
        Assert.Contains("LookUp:Url", fault.Problem, StringComparison.Ordinal);

        using var inTheBody = OperatorSamples.Apis(Good with { IdempotencyHeader = null, Call = Good.Call with { Body = """{"id":"{{key}}"}""" } });
        using var asked = OperatorSamples.Apis(OperatorSamples.Asked(new Uri("http://127.0.0.1:9/")));
    }

    [Fact]
    public void A_secret_that_is_not_there_and_limits_out_of_range_are_all_told_at_once()
    {
        Assert.True(SecretReference.TryParse("env:MEDSTREAMS_NO_SUCH_VARIABLE", out var secret));
        var declared = Good with
        {
            Login = new OperatorLogin(OperatorLoginKind.Basic, secret),
            Limits = new OperatorLimits { RatePerSecond = 0, Burst = 0, Concurrency = 0, Timeout = default, MaxWait = -TimeSpan.FromSeconds(1), Attempts = 0, Backoff = default },
            Breaker = new OperatorBreaker { FailureRatio = 0, MinimumRequests = 1, Over = default, Pause = default },
        };

        var wrong = Assert.Throws<OperatorDeclarationException>(() => OperatorSamples.Apis(declared));

        Assert.Equal(
            [
                "Auth:Secret", "Auth:User", "RatePerSecond", "Burst", "Concurrency", "Timeout", "MaxWait", "Attempts", "Backoff", "Breaker:FailureRatio", "Breaker:Requests",
                "Breaker:Over", "Breaker:Pause",
            ],
            wrong.Faults.Select(f => f.Key));
        Assert.Contains("MEDSTREAMS_NO_SUCH_VARIABLE", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200")]
    [InlineData("200, 204-299; 409 where a.0.b = x y")]
    public void Rules_are_read(string text) => Assert.True(ResponseRule.TryParse(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("2xx")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("299-200")]
    [InlineData("200 where state")]
    [InlineData("200 where = x")]
    [InlineData("200 where a..b = x")]
    [InlineData("200;")]
    public void What_is_no_rule_is_told(string text) => Assert.False(ResponseRule.TryParse(text, out _));

    [Theory]
    [InlineData("plain-secret")]
    [InlineData("env:")]
    [InlineData("file:")]
    [InlineData("")]
    public void What_is_no_reference_to_a_secret_is_told(string text) => Assert.False(SecretReference.TryParse(text, out _));
}
