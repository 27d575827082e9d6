using System.Globalization;
using Confluent.Kafka;
using MedStreams.Local;

namespace MedStreams.EndToEnd.Tests.Synchronisation;

/// <summary>
/// Instances of <c>medstreams sync run</c>, three, then five, then two, killed and held at random, beside an operator that throttles, hangs, answers late, lies and dies, and that
/// has an API without idempotency keys: by the operator's own book each due card is synchronised once for each due date. The long form is asked for by environment variables.
/// </summary>
public sealed class SynchronisationKillTests
{
    private static readonly int Cards = Setting("MEDSTREAMS_SYNC_CARDS", 300);
    private static readonly int Kills = Setting("MEDSTREAMS_SYNC_KILLS", 3);
    private static readonly int Seed = Setting("MEDSTREAMS_SYNC_SEED", 20260131);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S2_9_each_due_card_is_synchronised_once_for_each_due_date_by_the_operators_own_book_whatever_is_killed()
    {
        var random = new Random(Seed);
        var deck = new CardDeck(Cards, Seed);
        await using var stack = await SyncStack.StartAsync(Seed, Stop);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = stack.Broker.BootstrapServers,
            EnableIdempotence = true,
        }).Build();
        var wanted = new HashSet<int> { 0, 1, 2 };
        Start(stack, wanted);
        deck.TellAll(producer, SyncStack.CardPartitions);
        producer.Flush(Stop);

        var held = new List<SyncInstance>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var goal = Math.Min(deck.Expected * 9 / 10, deck.Expected * (kill + 1) / (Kills + 1));
            await Waiting.UntilAsync(() => stack.Api.Book.Count >= goal, TimeSpan.FromSeconds(5), Stop); // a kill while nothing goes on is one too
            held.ForEach(static i => i.Continue());
            held.Clear();
            if (kill == Kills / 3)
                Start(stack, wanted = [0, 1, 2, 3, 4]);
            if (kill == Kills * 2 / 3)
                Start(stack, wanted = [1, 4]);
            deck.Prolong(producer, Cards / 100);
            producer.Flush(Stop);
            await KillAsync(stack, wanted, random, held);
        }

        held.ForEach(static i => i.Continue());
        var isDone = await Waiting.UntilAsync(() => Missing(stack, deck).Count == 0, Patience, Stop);

        Assert.True(isDone, $"seed {Seed}, missing: {string.Join(", ", Missing(stack, deck).Take(10))}\n{stack.Logs()}");
        await QuietAsync(stack);
        var twice = stack.Api.Book.GroupBy(e => e.Card).Where(g => g.Count() > 1).Select(g => $"{g.Key} x {g.Count()}").ToList();
        Assert.True(twice.Count == 0, $"seed {Seed}, more than once: {string.Join(", ", twice)}\n{stack.Logs()}");
        var unasked = stack.Api.Book.Select(e => e.Card).Except(deck.Final).Except(deck.Lost).ToList();
        Assert.True(unasked.Count == 0, $"seed {Seed}, not due: {string.Join(", ", unasked)}");
    }

    private static void Start(SyncStack stack, HashSet<int> wanted)
    {
        foreach (var (i, instance) in stack.Instances.Index())
        {
            if (!wanted.Contains(i))
                instance.Kill();
            else if (!instance.IsRunning)
                instance.Start();
        }
    }

    /// <summary>Kills something: mostly an instance; the operator, the broker; or holds an instance until the next kill.</summary>
    private static async Task KillAsync(SyncStack stack, HashSet<int> wanted, Random random, List<SyncInstance> held)
    {
        var victim = stack.Instances[wanted.Order().ElementAt(random.Next(wanted.Count))];
        switch (random.Next(10))
        {
            case 0:
                stack.Broker.Kill();
                await stack.Broker.StartAgainAsync(Stop);
                break;
            case 1:
                stack.Api.Kill();
                break;
            case 2:
                victim.Hold();
                held.Add(victim);
                break;
            default:
                victim.Start();
                break;
        }
    }

    private static List<(string Enterprise, string Number, string Due)> Missing(SyncStack stack, CardDeck deck) =>
        [.. deck.Final.Except(stack.Api.Book.Select(e => e.Card))];

    /// <summary>Waits until nothing was done for some rounds, so that what is done too often has its chance.</summary>
    private static async Task QuietAsync(SyncStack stack)
    {
        var (count, since) = (-1, TimeProvider.System.GetTimestamp());
        await Waiting.UntilAsync(
            () =>
            {
                if (stack.Api.Book.Count is var now && now != count)
                    (count, since) = (now, TimeProvider.System.GetTimestamp());
                return TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(3);
            },
            Patience,
            Stop);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
