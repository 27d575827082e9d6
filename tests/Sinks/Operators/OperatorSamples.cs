using System.Collections.Immutable;
using MedStreams.Sinks.Operators;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>Declarations and calls of the tests.</summary>
internal static class OperatorSamples
{
    public const string North = "north";

    /// <summary>One that takes idempotency keys; no time-out but for a clock that is moved.</summary>
    public static OperatorDeclaration Keyed(Uri address) => new()
    {
        Name = North,
        Call = new OperatorRequestDeclaration
        {
            Url = new Uri(address, "cards").ToString(),
            Body = """{"enterprise":"{{enterprise}}","number":"{{number}}","due":"{{due}}"}""",
        },
        IdempotencyHeader = "Idempotency-Key",
        AlreadyDone = Rule("409"),
        Limits = new OperatorLimits { RatePerSecond = 10_000, Burst = 1000, Timeout = TimeSpan.FromMinutes(10), Attempts = 1 },
    };

    /// <summary>One that has to be asked.</summary>
    public static OperatorDeclaration Asked(Uri address) => Keyed(address) with
    {
        IdempotencyHeader = null,
        LookUp = new OperatorLookUp
        {
            Request = new OperatorRequestDeclaration { Url = new Uri(address, "cards/").ToString() + "{{enterprise}}/{{number}}?due={{due}}", Method = "GET" },
        },
    };

    public static OperatorCall Call(string number = "4711", bool mayHaveBeenMade = false) => new($"key-{number}", new Dictionary<string, string>
    {
        [OperatorFields.Enterprise] = "E1",
        [OperatorFields.Number] = number,
        [OperatorFields.Operator] = North,
        [OperatorFields.Due] = "2031-03-31",
        [OperatorFields.Key] = $"key-{number}",
    })
    {
        MayHaveBeenMade = mayHaveBeenMade,
    };

    public static OperatorApis Apis(OperatorDeclaration declared, TimeProvider? clock = null, ILoggerFactory? loggers = null) =>
        new([declared], loggers ?? NullLoggerFactory.Instance, clock);

    public static Task<OperatorAnswer> CallAsync(this OperatorApis apis, OperatorCall call) =>
        apis.CallAsync(North, call, TestContext.Current.CancellationToken).AsTask();

    public static ResponseRule Rule(string text) => ResponseRule.TryParse(text, out var rule) ? rule : throw new ArgumentException("This is no rule.", nameof(text));

    public static ImmutableSortedDictionary<string, string> Headers(params (string Name, string Value)[] headers) =>
        headers.ToImmutableSortedDictionary(h => h.Name, h => h.Value);
}
