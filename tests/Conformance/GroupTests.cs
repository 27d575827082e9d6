using System.Text;
using MedStreams.Support;

namespace MedStreams.Conformance.Tests;

/// <summary>Groups of each client, groups of several clients, and offsets that one commits and another takes up.</summary>
public sealed class GroupTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const int Partitions = 6;

    /// <summary>Clients whose members can be watched, and how they share partitions.</summary>
    public static TheoryData<string, string> Watched => new()
    {
        { "confluent-python", "range" },
        { "confluent-python", "cooperative-sticky" },
        { "kafka-python", "range" },
        { "kafkajs", "its own" },
        { "node-rdkafka", "range" },
    };

    [Theory]
    [MemberData(nameof(Watched))]
    public async Task Two_members_share_and_one_takes_over(string name, string strategy)
    {
        ClientSet.Require(name);
        var topic = $"shared.{name}.{strategy.Replace(' ', '-')}";
        await broker.CreateTopicsAsync([topic], Partitions);
        var client = broker.Clients.Agent(name);

        var first = await client.JoinAsync(topic, topic, strategy);
        var second = await client.JoinAsync(topic, topic, strategy);
        await AllAssignedAsync(first, second);
        await ProduceAsync(topic, 0, 30);
        await ReadAsync(30, first, second);
        await first.CommitAsync();
        await second.CommitAsync();
        Assert.Equal(Enumerable.Repeat(5L, Partitions), await client.OffsetsAsync("committed", topic, Partitions, topic));

        await second.LeaveAsync();
        await AllAssignedAsync(first);
        await ProduceAsync(topic, 30, 36);
        await Eventually.Holds(async () => (await first.StateAsync()).Values.Intersect(Names(30, 36)).Count() == 6);
        await first.CommitAsync();

        var third = await client.JoinAsync(topic, topic, strategy);
        await AllAssignedAsync(first, third);
        await ProduceAsync(topic, 36, 42);
        await Eventually.Holds(async () =>
            (await ValuesAsync(first, third)).Intersect(Names(36, 42)).Count() == 6);

        // Nothing that was committed came again.
        Assert.Empty((await third.StateAsync()).Values.Intersect(Names(0, 36)));
        await third.LeaveAsync();
        await first.LeaveAsync();
    }

    [Fact]
    public async Task Members_of_different_clients_share_one_group()
    {
        string[] names = ["confluent-python", "kafka-python", "node-rdkafka"];
        foreach (var name in names)
            ClientSet.Require(name);
        await broker.CreateTopicsAsync(["mixed"], Partitions);
        var members = new List<AgentMember>();
        foreach (var name in names)
            members.Add(await broker.Clients.Agent(name).JoinAsync("mixed", "mixed"));
        await AllAssignedAsync([.. members]);
        await ProduceAsync("mixed", 0, 60);
        await ReadAsync(60, [.. members]);
        foreach (var member in members)
            await member.CommitAsync();
        foreach (var name in names)
        {
            Assert.Equal(
                Enumerable.Repeat(10L, Partitions),
                await broker.Clients.Agent(name).OffsetsAsync("committed", "mixed", Partitions, "mixed"));
        }

        await members[0].LeaveAsync();
        await AllAssignedAsync(members[1], members[2]);
        await members[1].LeaveAsync();
        await AllAssignedAsync(members[2]);
        await members[2].LeaveAsync();
    }

    [Fact]
    public async Task A_member_with_a_name_keeps_its_partitions_while_it_restarts()
    {
        ClientSet.Require("confluent-python");
        await broker.CreateTopicsAsync(["named"], Partitions);
        var client = broker.Clients.Agent("confluent-python");
        var first = await client.JoinAsync("named", "named", instance: "a");
        var second = await client.JoinAsync("named", "named", instance: "b");
        await AllAssignedAsync(first, second);
        var (had, other) = ((await second.StateAsync()).Assigned, (await first.StateAsync()).Assigned);

        await second.LeaveAsync();
        var again = await client.JoinAsync("named", "named", instance: "b");
        await Eventually.Holds(async () => (await again.StateAsync()).Assigned.SequenceEqual(had));
        Assert.Equal(other, (await first.StateAsync()).Assigned);
        await again.LeaveAsync();
        await first.LeaveAsync();
    }

    [Fact]
    public async Task Each_client_goes_on_where_another_stopped()
    {
        var clients = broker.Clients.All();
        const int Each = 12;
        await broker.CreateTopicsAsync(["relay"], 1);
        await ProduceAsync("relay", 0, clients.Count * Each, partitions: 1);

        var next = 0;
        foreach (var client in clients)
        {
            var values = await client.RelayAsync("relay", "relay", Each);
            Assert.Equal(Names(next, next + Each), values.Select(v => Encoding.UTF8.GetString(v!)));
            next += Each;
            foreach (var agent in clients.OfType<AgentClient>())
                Assert.Equal([next], await agent.OffsetsAsync("committed", "relay", 1, "relay"));
        }
    }

    private static IEnumerable<string> Names(int from, int to) => Enumerable.Range(from, to - from).Select(i => $"value {i}");

    private static async Task AllAssignedAsync(params AgentMember[] members) => await Eventually.Holds(
        async () =>
        {
            var assigned = new List<int[]>();
            foreach (var member in members)
                assigned.Add((await member.StateAsync()).Assigned);
            return assigned.All(a => a.Length == Partitions / members.Length)
                && assigned.SelectMany(a => a).Distinct().Count() == Partitions;
        },
        TimeSpan.FromSeconds(30));

    private static async Task<List<string>> ValuesAsync(params AgentMember[] members)
    {
        var values = new List<string>();
        foreach (var member in members)
            values.AddRange((await member.StateAsync()).Values);
        return values;
    }

    private static async Task ReadAsync(int count, params AgentMember[] members)
    {
        await Eventually.Holds(async () => (await ValuesAsync(members)).Count >= count);
        Assert.Equal(Names(0, count).Order(), (await ValuesAsync(members)).Order());
    }

    private Task ProduceAsync(string topic, int from, int to, int partitions = Partitions) => broker.Clients.Get("confluent-dotnet").ProduceAsync(
        topic, "none", idempotent: true,
        [.. Names(from, to).Select((name, i) => new ClientRecord(i % partitions, null, Encoding.UTF8.GetBytes(name), [], 1_700_000_000_000))]);
}
