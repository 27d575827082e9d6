using Confluent.Kafka;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>A topic that is compacted and retained while real clients write and read it.</summary>
public sealed class CompactionClientTests
{
    [Fact]
    public async Task Clients_read_a_compacted_topic_to_its_end_over_gaps_and_emptied_batches()
    {
        await using var broker = await ClientBroker.StartAsync(options => options with
        {
            CompactionInterval = TimeSpan.FromMilliseconds(50),
            TopicDefaults = new Dictionary<string, string>
            {
                ["segment.bytes"] = "3000",
                ["min.cleanable.dirty.ratio"] = "0.01",
                ["cleanup.policy"] = "compact",
            },
        });
        await broker.CreateTopicAsync("t");
        var expected = new Dictionary<string, string>();
        using (var aborting = broker.Producer("aborting"))
        using (var committing = broker.Producer("committing", config => config.CompressionType = CompressionType.Lz4))
        {
            aborting.InitTransactions(TimeSpan.FromSeconds(10));
            committing.InitTransactions(TimeSpan.FromSeconds(10));
            for (var round = 0; round < 20; round++)
            {
                Write(aborting, round, "wrong");
                aborting.AbortTransaction();
                Write(committing, round, "right");
                committing.CommitTransaction();
                for (var i = 0; i < 50; i++)
                    expected[$"k{((round * 7) + i) % 100}"] = $"right {round} {i}";
            }
        }

        // The newest value of each key, and at most what stands in the last segments twice.
        await Eventually.Holds(() => broker.ReadAll("t", 1, IsolationLevel.ReadCommitted).Count < 600);
        var read = Read(broker, IsolationLevel.ReadCommitted);
        Assert.Equal(expected, read);
        Assert.True(Read(broker, IsolationLevel.ReadUncommitted).Count >= expected.Count);
        var keys = await Kcat.RunAsync(
            "-b", broker.BootstrapServers, "-C", "-t", "t", "-e", "-q", "-f", "%k\n", "-X", "isolation.level=read_committed");
        Assert.Equal(expected.Count, keys.Distinct().Count());
        await broker.RestartAsync();
        Assert.Equal(expected, Read(broker, IsolationLevel.ReadCommitted));

        static void Write(IProducer<string, string> producer, int round, string value)
        {
            producer.BeginTransaction();
            for (var i = 0; i < 50; i++)
                producer.Produce("t", new Message<string, string> { Key = $"k{((round * 7) + i) % 100}", Value = $"{value} {round} {i}" });
        }
    }

    private static Dictionary<string, string> Read(ClientBroker broker, IsolationLevel isolation)
    {
        using var consumer = broker.Consumer($"reader-{Guid.NewGuid()}", c =>
        {
            c.IsolationLevel = isolation;
            c.EnablePartitionEof = true;
        });
        consumer.Assign(new TopicPartitionOffset("t", 0, Offset.Beginning));
        var values = new Dictionary<string, string>();
        while (true)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(10));
            Assert.NotNull(result);
            if (result.IsPartitionEOF)
                return values;
            values[result.Message.Key] = result.Message.Value;
        }
    }
}
