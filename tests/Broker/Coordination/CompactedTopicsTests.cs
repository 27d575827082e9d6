using MedStreams.Broker.Coordination;
using MedStreams.Broker.Metrics;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// Random commits of offsets, plain and in transactions, and deletions, while the coordinators' topics are compacted: after
/// each restart both coordinators know what they knew, and the topics do not grow.
/// </summary>
public sealed class CompactedTopicsTests
{
    private static readonly string[] Groups = ["g", "h"];
    private static readonly TopicPartition[] Inputs = [new("in", 0), new("in", 1), new("in", 2)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_compacted_loads_as_it_was(int seed)
    {
        var random = new Random(seed);
        using var host = new CoordinatorHost();
        host.CreateTopic("in", 3);
        host.Transactions.EnsureTopic();
        host.Groups.EnsureTopic();
        foreach (var topic in (string[])[Topic.ConsumerOffsets, Topic.TransactionState])
        {
            var change = host.Logs.Configure(
                topic,
                configs => new(new Dictionary<string, string>(configs)
                {
                    ["segment.bytes"] = "2000",
                    ["min.cleanable.dirty.ratio"] = "0.2",
                    ["delete.retention.ms"] = "100",
                }),
                validateOnly: false);
            Assert.Equal(ErrorCode.None, change.Error);
        }

        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 40; i++)
                await StepAsync(host, random);
            var known = await KnownAsync(host);
            host.Time.Advance(TimeSpan.FromMilliseconds(60));
            using var metrics = new BrokerMetrics();
            Assert.True(await new LogCleaner(host.Logs, () => new CleanerSettings(), metrics, TimeProvider.System, NullLogger.Instance).RunAsync(CancellationToken.None) > 0);
            Assert.Equal(known, await KnownAsync(host));
            host.Restart();
            Assert.Equal(known, await KnownAsync(host));
        }

        var sizes = host.Logs.Topics.Where(topic => topic.IsInternal).SelectMany(topic => topic.Partitions).Select(log => log.Size);
        Assert.All(sizes, size => Assert.InRange(size, 0, 12_000));
    }

    private static async Task StepAsync(CoordinatorHost host, Random random)
    {
        host.Time.Advance(TimeSpan.FromMilliseconds(1));
        var group = Groups[random.Next(Groups.Length)];
        var (input, value) = (Inputs[random.Next(Inputs.Length)], new CommittedOffset(random.Next(1000), -1, "note", 0));
        switch (random.Next(8))
        {
            case 0:
                await host.Groups.DeleteOffsetsAsync(group, [input]);
                break;
            case < 5:
                var plain = await host.Groups.CommitAsync(group, new Committer(-1, "", null), [(input, value)]);
                Assert.Equal(ErrorCode.None, plain[0].Error);
                break;
            default:
                await TransactAsync(host, random, group, input, value);
                break;
        }
    }

    private static async Task TransactAsync(
        CoordinatorHost host, Random random, string group, TopicPartition input, CommittedOffset value)
    {
        var id = $"x{random.Next(3)}";
        var (error, producer) = await host.Transactions.InitAsync(id, 60_000, null);
        Assert.Equal(ErrorCode.None, error);
        Assert.Equal(ErrorCode.None, await host.Transactions.AddPartitionsAsync(id, producer, [host.Groups.PartitionOf(group)]));
        var results = await host.Groups.CommitTransactionalAsync(
            group, new Committer(-1, "", null), producer, [(input, value)], p => host.Transactions.Verify(id, producer, p));
        Assert.Equal(ErrorCode.None, results[0].Error);
        if (random.Next(4) == 0)
            await host.Groups.CommitAsync(group, new Committer(-1, "", null), [(input, value with { Offset = 5 })]);
        Assert.Equal(ErrorCode.None, await host.Transactions.EndAsync(id, producer, commit: random.Next(3) > 0));
    }

    private static async Task<List<string>> KnownAsync(CoordinatorHost host)
    {
        List<string> known = [];
        foreach (var group in Groups)
        {
            var (_, offsets) = await host.Groups.FetchAsync(group, Inputs, requireStable: true);
            known.AddRange(offsets.Select(offset => $"{group} {offset.Partition} {offset.Error} {offset.Offset} {offset.Metadata}"));
        }

        known.AddRange(host.Transactions.States
            .OrderBy(state => state.TransactionalId, StringComparer.Ordinal)
            .Select(state => $"{state.TransactionalId} {state.Producer} {state.Status} {state.Partitions.Count}"));
        return known;
    }
}
