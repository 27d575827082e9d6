using Confluent.Kafka;

namespace MedStreams.Conformance.Tests;

/// <summary>Confluent.Kafka, the client of the engine, in this process.</summary>
internal sealed class NetClient(string servers) : KafkaClient("confluent-dotnet")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public override Task ProduceAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records) => Task.Run(() =>
    {
        var failed = new List<Error>();
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = servers,
            CompressionType = Enum.Parse<CompressionType>(codec, ignoreCase: true),
            EnableIdempotence = idempotent,
            LingerMs = 20,
        }).Build();

        // Asked for before, else librdkafka 2.0.2 lets the first records wait for a second.
        using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
        admin.GetMetadata(topic, Patience);
        foreach (var record in records)
        {
            var headers = new Headers();
            foreach (var (name, value) in record.Headers)
                headers.Add(name, value);
            producer.Produce(
                new TopicPartition(topic, record.Partition),
                new() { Key = record.Key, Value = record.Value, Headers = headers, Timestamp = new(record.Timestamp, TimestampType.CreateTime) },
                report =>
                {
                    if (report.Error.IsError)
                        failed.Add(report.Error);
                });
        }

        Assert.Equal(0, producer.Flush(Patience));
        Assert.Empty(failed);
    });

    public override Task<ILookup<string, ClientRecord>> ConsumeAsync(IReadOnlyDictionary<string, int> topics, bool committed) =>
        Task.Run(() =>
        {
            using var consumer = Consumer("reader", committed);
            var open = topics.SelectMany(t => Enumerable.Range(0, t.Value).Select(p => new TopicPartition(t.Key, p))).ToHashSet();
            consumer.Assign(open.Select(p => new TopicPartitionOffset(p, 0)));
            var records = new List<(string Topic, ClientRecord Record)>();
            while (open.Count > 0)
            {
                var result = consumer.Consume(Patience) ?? throw new TimeoutException("The ends were not reached.");
                if (result.IsPartitionEOF)
                    open.Remove(result.TopicPartition);
                else
                    records.Add((result.Topic, Read(result)));
            }

            return records.ToLookup(r => r.Topic, r => r.Record);
        });

    public override Task<IReadOnlyList<byte[]?>> RelayAsync(string group, string topic, int count) => Task.Run(() =>
    {
        using var consumer = Consumer(group, committed: true);
        consumer.Subscribe(topic);
        var values = new List<byte[]?>();
        while (values.Count < count)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException("Too few records came.");
            if (result.IsPartitionEOF)
                continue;
            values.Add(result.Message.Value);
            consumer.Commit(result);
        }

        consumer.Close();
        return (IReadOnlyList<byte[]?>)values;
    });

    public override ValueTask DisposeAsync() => default;

    private IConsumer<byte[]?, byte[]?> Consumer(string group, bool committed) => new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
    {
        BootstrapServers = servers,
        GroupId = group,
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        CheckCrcs = true,
        FetchWaitMaxMs = 50,
        PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range,
        IsolationLevel = committed ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted,
    }).Build();

    private static ClientRecord Read(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Partition.Value,
        result.Message.Key,
        result.Message.Value,
        [.. result.Message.Headers.Select(h => (h.Key, h.GetValueBytes()))],
        result.Message.Timestamp.UnixTimestampMs,
        result.Offset.Value);
}
