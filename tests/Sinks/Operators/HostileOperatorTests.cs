using System.Collections.Immutable;
using MedStreams.Sinks.Operators;
using MedStreams.Support.OperatorApi;

namespace MedStreams.Sinks.Tests.Operators;

/// <summary>An operator that throttles, hangs, is late, lies and cuts connections: by its own book it did each thing once.</summary>
public sealed class HostileOperatorTests : IDisposable
{
    private static readonly ImmutableDictionary<OperatorMisdeed, int> Faults = OperatorApiOptions.Everything.ToImmutableDictionary(f => f.Key, f => f.Value * 3);
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-operator-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("keyed", 200)]
    [InlineData("plain", 40)]
    public async Task S2_9_Each_card_is_done_once_by_the_operators_own_book(string flavour, int cards)
    {
        var book = Path.Combine(_folder, "book");
        await using (var api = await OperatorApiServer.StartAsync(
            new OperatorApiOptions { Book = book, Seed = 7, Faults = Faults, RetryAfter = TimeSpan.Zero, Late = TimeSpan.FromMilliseconds(300) }, static () => { }))
        {
            using var apis = OperatorSamples.Apis(Declare(api.Address, flavour));
            await Task.WhenAll(Enumerable.Range(0, cards).Select(async i =>
            {
                var call = OperatorSamples.Call($"n{i}");
                OperatorAnswer answer;
                do
                {
                    answer = await apis.CallAsync(call);
                    await Task.Delay(answer.RetryAfter ?? TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
                }
                while (answer.Outcome is not (OperatorOutcome.Done or OperatorOutcome.AlreadyDone));
            }));
        }

        var done = OperatorBook.Read(book);
        Assert.Equal(cards, done.Count);
        Assert.Equal(cards, done.Select(d => d.Card).Distinct().Count());
    }

    private static OperatorDeclaration Declare(Uri address, string flavour)
    {
        var declared = flavour == "keyed" ? OperatorSamples.Keyed(address) : OperatorSamples.Asked(address);
        return declared with
        {
            Call = declared.Call with { Url = $"{address}{flavour}/cards" },
            LookUp = declared.LookUp is { } asked
                ? asked with { Request = asked.Request with { Url = address + "plain/cards/{{enterprise}}/{{number}}?due={{due}}" }, Settle = TimeSpan.FromSeconds(5) }
                : null,
            Limits = new OperatorLimits { RatePerSecond = 500, Burst = 50, Concurrency = 16, Timeout = TimeSpan.FromMilliseconds(400), Attempts = 3, Backoff = TimeSpan.FromMilliseconds(20) },
            Breaker = new OperatorBreaker { MinimumRequests = 20, FailureRatio = 0.9, Pause = TimeSpan.FromMilliseconds(500) },
        };
    }
}
