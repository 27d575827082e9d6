using System.Text;

namespace MedStreams.Conformance.Tests;

/// <summary>Offsets by time, as each client asks for them.</summary>
public sealed class TimeTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const long Time = 1_700_000_000_000;
    private const int Partitions = 2;

    [Fact]
    public async Task All_clients_find_the_same_offsets_by_time()
    {
        await WriteAsync("times");
        foreach (var agent in broker.Clients.All().OfType<AgentClient>())
        {
            Assert.Equal([0, 0], await agent.OffsetsAsync("times", "times", Partitions, time: Time - 5));
            Assert.Equal([0, 0], await agent.OffsetsAsync("times", "times", Partitions, time: Time));
            Assert.Equal([50, 50], await agent.OffsetsAsync("times", "times", Partitions, time: Time + 99_001));
            Assert.Equal([99, 99], await agent.OffsetsAsync("times", "times", Partitions, time: Time + 198_000));
            Assert.Equal([-1, 99], await agent.OffsetsAsync("times", "times", Partitions, time: Time + 198_001));
            Assert.Equal([-1, -1], await agent.OffsetsAsync("times", "times", Partitions, time: Time + 500_000));
        }
    }

    [Fact]
    public async Task Kcat_reads_from_one_time_to_another()
    {
        ClientSet.Require("kcat");
        await WriteAsync("between");
        var kcat = (KcatClient)broker.Clients.Get("kcat");
        Assert.Equal(
            Enumerable.Range(10, 5),
            (await kcat.RunAsync(
                null, "-C", "-t", "between", "-p", "0", "-q", "-f", "%o\\n",
                "-o", $"s@{Time + 20_000}", "-o", $"e@{Time + 30_000}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse));
    }

    /// <summary>One record every other second in each partition, the second partition a second later.</summary>
    private async Task WriteAsync(string topic)
    {
        await broker.CreateTopicsAsync([topic], Partitions);
        await broker.Clients.Get("confluent-dotnet").ProduceAsync(
            topic, "none", idempotent: true,
            [.. Enumerable.Range(0, 200).Select(i => new ClientRecord(i % 2, null, Encoding.UTF8.GetBytes($"{i}"), [], Time + (i * 1000)))]);
    }
}
