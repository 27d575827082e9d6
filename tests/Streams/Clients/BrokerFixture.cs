using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>A broker for the tests of a class, and plain clients beside the engine.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private TestBroker? _broker;

    public string BootstrapServers => _broker!.BootstrapServers;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker!.DisposeAsync();

    /// <summary>A name for a topic or an application that nobody else uses.</summary>
    public string Unique(string name) => _broker!.Named($"{name}-{Guid.NewGuid():N}");

    public async Task CreateTopicsAsync(int partitions, params string[] topics)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        await admin.CreateTopicsAsync(topics.Select(
            t => new TopicSpecification { Name = t, NumPartitions = partitions, ReplicationFactor = 1 }));
    }

    public async Task DeleteTopicAsync(string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        await admin.DeleteTopicsAsync([topic]);
    }

    public void Produce(string topic, IEnumerable<(string Key, string Value)> records)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig
        {
            BootstrapServers = BootstrapServers,
            EnableIdempotence = true,
            Partitioner = Partitioner.Murmur2Random,
        }).Build();
        foreach (var (key, value) in records)
            producer.Produce(topic, new Message<string, string> { Key = key, Value = value });
        producer.Flush(TimeSpan.FromSeconds(30));
    }

    /// <summary>Reads committed records from the beginning until so many came, and no more follow at once.</summary>
    public IReadOnlyList<(string Key, string Value)> Read(string topic, int count)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = BootstrapServers,
            GroupId = Unique("reader"),
            AutoOffsetReset = Confluent.Kafka.AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions;
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
        var read = new List<(string, string)>();
        var deadline = TimeProvider.System.GetTimestamp();
        while (read.Count < count && TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60))
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } result)
                read.Add((result.Message.Key, result.Message.Value));
        }

        while (consumer.Consume(TimeSpan.FromMilliseconds(300)) is { } more)
            read.Add((more.Message.Key, more.Message.Value));
        Assert.Equal(count, read.Count);
        return read;
    }

    /// <summary>Reads the committed records that a topic holds now.</summary>
    public IReadOnlyList<(string Key, string Value)> ReadAll(string topic)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = BootstrapServers,
            GroupId = Unique("reader"),
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions;
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
        var read = new List<(string, string)>();
        for (var ended = 0; ended < partitions.Count;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"{topic} cannot be read.");
            if (result.IsPartitionEOF)
                ended++;
            else
                read.Add((result.Message.Key, result.Message.Value));
        }

        return read;
    }

    /// <summary>How many offsets a group has not committed up to the end of a topic.</summary>
    public long Lag(string group, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = group }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        return admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Sum(p =>
        {
            var partition = new Confluent.Kafka.TopicPartition(topic, p.PartitionId);
            var end = consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High.Value;
            var committed = consumer.Committed([partition], TimeSpan.FromSeconds(10)).Single().Offset;
            return end - (committed.IsSpecial ? 0 : committed.Value);
        });
    }
}
