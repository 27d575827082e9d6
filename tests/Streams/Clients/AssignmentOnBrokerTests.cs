using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>Real consumers whose assignment changes faster than librdkafka stops what it reads.</summary>
public sealed class AssignmentOnBrokerTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private const int Partitions = 8;

    /// <summary>Without care the second change ends the process, and this test program with it.</summary>
    [Fact]
    public async Task An_assignment_may_change_again_before_the_last_change_was_carried_out()
    {
        await broker.CreateTopicsAsync(Partitions, "changing");
        broker.Produce("changing", Enumerable.Range(0, 100).Select(i => ($"k{i}", "v")));
        var random = new Random(7);
        var receiver = new Receiver();
        using (var consumer = new ConfluentRestoreConsumer(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = broker.BootstrapServers,
            ["group.id"] = "changing",
            ["enable.auto.commit"] = "false",
            ["enable.partition.eof"] = "true",
        }))
        {
            for (var i = 0; i < 2_000; i++)
            {
                consumer.Assign(Some(random, 0.7));
                if (random.Next(2) == 0)
                    consumer.Poll(TimeSpan.FromMilliseconds(random.Next(3)), 10, receiver);
            }

            receiver.Offsets.Clear();
            consumer.Assign(Some(random, 1));
            while (receiver.Offsets.Count < 100)
                consumer.Poll(TimeSpan.FromMilliseconds(100), 100, receiver);
        }

        Assert.Equal(100, receiver.Offsets.Count);
    }

    private static Dictionary<TopicPartition, long> Some(Random random, double share) =>
        Enumerable.Range(0, Partitions).Where(_ => random.NextDouble() < share).ToDictionary(p => new TopicPartition("changing", p), _ => 0L);

    private sealed class Receiver : IRecordReceiver
    {
        public List<long> Offsets { get; } = [];

        public void OnRecord(in RawRecord record) => Offsets.Add(record.Metadata.Offset);

        public void OnEnd(TopicPartition partition, long offset)
        {
        }

        public void OnOutOfRange(TopicPartition partition) => Assert.Fail($"{partition} is out of range");
    }
}
