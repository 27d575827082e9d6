using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>Real consumers whose assignment changes faster than librdkafka stops what it reads.</summary>
public sealed class AssignmentOnBrokerTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private const int Partitions = 8;
    private readonly string _topic = broker.Unique("read");

    /// <summary>Without care the second change ends the process, and this test program with it.</summary>
    [Fact]
    public async Task An_assignment_may_change_again_before_the_last_change_was_carried_out()
    {
        await broker.CreateTopicsAsync(Partitions, _topic);
        broker.Produce(_topic, Enumerable.Range(0, 100).Select(i => ($"k{i}", "v")));
        var random = new Random(7);
        var receiver = new Receiver();
        using (var consumer = new ConfluentRestoreConsumer(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = broker.BootstrapServers,
            ["group.id"] = _topic,
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

    /// <summary>What the member is told then asks for the assignment, and a client that ends does not tell that any more.</summary>
    [Fact]
    public async Task A_consumer_closes_while_it_has_not_taken_its_new_generation()
    {
        await broker.CreateTopicsAsync(Partitions, _topic, _topic + "-marker");
        for (var round = 0; round < 5; round++)
        {
            using var one = Member();
            using var two = Member();
            var (ofOne, ofTwo) = (new Listener(_topic), new Listener(_topic));
            one.Subscribe([_topic], ofOne);
            await Until(() => ofOne.Joined > 0, one);
            two.Subscribe([_topic], ofTwo);
            await Until(() => ofOne.Revoked > 0, one, two);
            await Until(() => ofTwo.Joined > 0, two); // the generation is complete; nobody has told the first one yet
            await Task.Delay(50, TestContext.Current.CancellationToken);

            await Task.Run(one.Close).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            two.Close();
        }
    }

    private ConfluentConsumer Member() => new(
        new Dictionary<string, string>
        {
            ["bootstrap.servers"] = broker.BootstrapServers,
            ["group.id"] = _topic,
            ["enable.auto.commit"] = "false",
            ["partition.assignment.strategy"] = "range",
            ["session.timeout.ms"] = "6000",
            ["heartbeat.interval.ms"] = "50",
        },
        _topic + "-marker");

    private static Task Until(Func<bool> condition, params ConfluentConsumer[] consumers) => Eventually.Holds(() =>
    {
        foreach (var consumer in consumers)
            consumer.Poll(TimeSpan.FromMilliseconds(1), 10, new Receiver());
        return condition();
    });

    private sealed class Listener(string topic) : IRebalanceListener
    {
        public int Joined { get; private set; }

        public int Revoked { get; private set; }

        public IReadOnlyCollection<StartingPoint> OnJoined(string memberId, int generation, object groupMetadata)
        {
            Joined++;
            return [.. Enumerable.Range(0, Partitions).Select(p => new StartingPoint(new TopicPartition(topic, p), 0))];
        }

        public void OnRevoked() => Revoked++;

        public void OnLost()
        {
        }
    }

    private Dictionary<TopicPartition, long> Some(Random random, double share) =>
        Enumerable.Range(0, Partitions).Where(_ => random.NextDouble() < share).ToDictionary(p => new TopicPartition(_topic, p), _ => 0L);

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
