using System.Text;
using MedStreams.Support;

namespace MedStreams.Conformance.Tests;

/// <summary>A lag monitor reads <c>__consumer_offsets</c> and sees how far the groups of several clients are.</summary>
public sealed class BurrowTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Fact]
    public async Task Burrow_sees_the_lag_of_the_groups_of_all_clients()
    {
        Assert.SkipWhen(Burrow.Missing is not null, $"not run: {Burrow.Missing}");
        var clients = broker.Clients.All();
        await broker.CreateTopicsAsync(["lag"], 1);
        await ProduceAsync("lag", 100);
        for (var i = 0; i < clients.Count; i++)
            await clients[i].RelayAsync(clients[i].Name, "lag", 10 + i);

        await using var burrow = await Burrow.StartAsync(broker.Servers);
        for (var i = 0; i < clients.Count; i++)
            await SeesAsync(burrow, clients[i].Name, "lag", partition: 0, offset: 10 + i, lag: 90 - i);

        Assert.Equal([100], (await burrow.GetAsync("topic/lag"))!["offsets"]!.AsArray().Select(o => (int)o!));
        Assert.Subset(
            (await burrow.GetAsync("consumer"))!["consumers"]!.AsArray().Select(c => (string)c!).ToHashSet(),
            clients.Select(c => c.Name).ToHashSet());

        // What is written and committed while it looks on.
        await clients[0].RelayAsync(clients[0].Name, "lag", 90);
        await SeesAsync(burrow, clients[0].Name, "lag", partition: 0, offset: 100, lag: 0);
        await ProduceAsync("lag", 7);
        await clients[1].RelayAsync(clients[1].Name, "lag", 1);
        await SeesAsync(burrow, clients[1].Name, "lag", partition: 0, offset: 12, lag: 95);
    }

    [Fact]
    public async Task Burrow_sees_offsets_that_transactions_commit()
    {
        Assert.SkipWhen(Burrow.Missing is not null, $"not run: {Burrow.Missing}");
        ClientSet.Require("confluent-python");
        await broker.CreateTopicsAsync(["from", "to"], 1);
        await ProduceAsync("from", 20);
        await using var burrow = await Burrow.StartAsync(broker.Servers);
        var client = broker.Clients.Agent("confluent-python");
        await client.TransactAsync("lag", "to", [new([], Commit: true, "transactional", "from", Offset: 5)]);
        await SeesAsync(burrow, "transactional", "from", partition: 0, offset: 5, lag: 15);
        await client.TransactAsync("lag", "to", [new([], Commit: true, "transactional", "from", Offset: 20)]);
        await SeesAsync(burrow, "transactional", "from", partition: 0, offset: 20, lag: 0);
    }

    private static async Task SeesAsync(Burrow burrow, string group, string topic, int partition, long offset, long lag)
    {
        (long, long)? seen = null;
        try
        {
            await Eventually.Holds(async () =>
            {
                var status = (await burrow.GetAsync($"consumer/{group}/lag"))?["status"];
                var found = status?["partitions"]?.AsArray().FirstOrDefault(
                    p => (string)p!["topic"]! == topic && (int)p["partition"]! == partition);
                seen = found is null ? null : ((long)found["end"]!["offset"]!, (long)found["current_lag"]!);
                return seen == (offset, lag);
            });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Burrow sees offset and lag {seen} of {group}, not {(offset, lag)}.");
        }
    }

    private Task ProduceAsync(string topic, int count) => broker.Clients.Get("confluent-dotnet").ProduceAsync(
        topic, "none", idempotent: true,
        [.. Enumerable.Range(0, count).Select(i => new ClientRecord(0, null, Encoding.UTF8.GetBytes($"{i}"), [], 1_700_000_000_000))]);
}
