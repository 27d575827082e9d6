using System.Text;

namespace MedStreams.Conformance.Tests;

/// <summary>Transactions of each client that has them, as all clients see them.</summary>
public sealed class TransactionTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const long Time = 1_700_000_000_000;

    public static TheoryData<string> WithTransactions => ["confluent-python", "kafkajs", "node-rdkafka"];

    [Theory]
    [MemberData(nameof(WithTransactions))]
    public async Task What_is_aborted_is_not_seen_by_those_who_ask_for_what_is_committed(string name)
    {
        ClientSet.Require(name);
        var topic = $"transactions.{name}";
        var input = $"transactions.{name}.input";
        await broker.CreateTopicsAsync([topic, input], 2);
        var group = $"group.{name}";
        await broker.Clients.Agent(name).TransactAsync($"id.{name}", topic,
        [
            new(Records("committed", 5), Commit: true, group, input, Offset: 5),
            new(Records("aborted", 3), Commit: false, group, input, Offset: 8),
            new(Records("kept", 2), Commit: true),
            new(Records("dropped", 4), Commit: false),
            new(Records("last", 1), Commit: true, group, input, Offset: 9),
        ]);

        foreach (var reader in broker.Clients.All().Where(c => c.KnowsTransactions))
        {
            var all = await reader.ConsumeAsync(new Dictionary<string, int> { [topic] = 2 }, committed: false);
            Assert.Equal(
                [("aborted", 3), ("committed", 5), ("dropped", 4), ("kept", 2), ("last", 1)],
                Counts(all[topic]));
            var committed = await reader.ConsumeAsync(new Dictionary<string, int> { [topic] = 2 }, committed: true);
            Assert.Equal([("committed", 5), ("kept", 2), ("last", 1)], Counts(committed[topic]));
            Assert.Equal(
                all[topic].Where(r => Kind(r) is not ("aborted" or "dropped")).Select(r => r.Show(true, reader)).Order(),
                committed[topic].Select(r => r.Show(true, reader)).Order());
        }

        foreach (var agent in broker.Clients.All().OfType<AgentClient>())
            Assert.Equal([9], await agent.OffsetsAsync("committed", input, 1, group));
    }

    [Fact]
    public async Task A_run_of_kcat_is_one_transaction()
    {
        ClientSet.Require("kcat");
        await broker.CreateTopicsAsync(["transactions.kcat"], 1);
        var kcat = (KcatClient)broker.Clients.Get("kcat");
        for (var run = 0; run < 3; run++)
            await kcat.RunAsync($"a{run}\nb{run}\n", "-P", "-t", "transactions.kcat", "-X", "transactional.id=kcat");
        Assert.Equal(
            "0 a0\n1 b0\n3 a1\n4 b1\n6 a2\n7 b2\n",
            await kcat.RunAsync(
                null, "-C", "-t", "transactions.kcat", "-e", "-q", "-X", "isolation.level=read_committed", "-f", "%o %s\\n"));
    }

    private static List<ClientRecord> Records(string kind, int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new ClientRecord(
            i % 2, Encoding.UTF8.GetBytes($"{kind}-{i}"), Encoding.UTF8.GetBytes(kind), [("kind", Encoding.UTF8.GetBytes(kind))], Time + i)),
    ];

    private static string Kind(ClientRecord record) => Encoding.UTF8.GetString(record.Value!);

    private static IEnumerable<(string Kind, int Count)> Counts(IEnumerable<ClientRecord> records) =>
        records.GroupBy(Kind).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Count()));
}
