using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>Records of librdkafka to the broker and back.</summary>
public sealed class RecordClientTests : IAsyncLifetime
{
    private ClientBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await ClientBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData(Acks.All)]
    [InlineData(Acks.Leader)]
    [InlineData(Acks.None)]
    public async Task Records_come_back_in_order_under_all_acks(Acks acks)
    {
        await _broker.CreateTopicAsync("t", 3);
        using (var producer = _broker.Producer(configure: c => (c.EnableIdempotence, c.Acks) = (false, acks)))
        {
            for (var i = 0; i < 3000; i++)
                producer.Produce(new TopicPartition("t", i % 3), new() { Key = $"{i % 3}", Value = $"{i}" });
            Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(30)));
        }

        var values = _broker.ReadAll("t", 3, IsolationLevel.ReadCommitted).Select(int.Parse).ToList();
        Assert.Equal(Enumerable.Range(0, 3000), values.Order());
        for (var p = 0; p < 3; p++)
            Assert.Equal(values.Where(v => v % 3 == p).Order(), values.Where(v => v % 3 == p));
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Keys_values_headers_and_times_come_back_byte_for_byte(CompressionType compression)
    {
        await _broker.CreateTopicAsync("t");
        var sent = Messages().ToList();
        var config = new ProducerConfig { BootstrapServers = _broker.BootstrapServers, CompressionType = compression, LingerMs = 20 };
        using (var producer = new ProducerBuilder<byte[]?, byte[]?>(config).Build())
            await Task.WhenAll(sent.Select(message => producer.ProduceAsync("t", message)));

        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(_broker.ConsumerConfig("g")).Build();
        consumer.Assign(new TopicPartitionOffset("t", 0, 0));
        for (var i = 0; i < sent.Count; i++)
        {
            var came = consumer.Consume(TimeSpan.FromSeconds(10));
            Assert.Equal(i, came.Offset.Value);
            Assert.Equal(sent[i].Key, came.Message.Key);
            Assert.Equal(sent[i].Value, came.Message.Value);
            Assert.Equal(sent[i].Timestamp, came.Message.Timestamp);
            Assert.Equal(
                (sent[i].Headers ?? []).Select(h => (h.Key, Text(h.GetValueBytes()))),
                (came.Message.Headers ?? []).Select(h => (h.Key, Text(h.GetValueBytes()))));
        }

        static string? Text(byte[]? bytes) => bytes is null ? null : Convert.ToHexString(bytes);
    }

    [Fact]
    public async Task A_waiting_consumer_gets_a_record_at_once()
    {
        await _broker.CreateTopicAsync("t");
        using var producer = _broker.Producer();
        using var consumer = _broker.Consumer("g", c => c.FetchWaitMaxMs = 10_000);
        consumer.Assign(new TopicPartitionOffset("t", 0, 0));
        await producer.ProduceAsync("t", new() { Value = "first" });
        Assert.Equal("first", consumer.Consume(TimeSpan.FromSeconds(20)).Message.Value);
        var took = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var start = Stopwatch.GetTimestamp();
            producer.Produce("t", new() { Value = $"{i}" });
            Assert.Equal($"{i}", consumer.Consume(TimeSpan.FromSeconds(20)).Message.Value);
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        // Far below the consumer's 10 s; typically it is 1 or 2 ms.
        Assert.InRange(took.Order().ElementAt(10), 0, 1000);
    }

    [Fact]
    public async Task An_idempotent_producer_goes_on_over_restarts_without_doubles_or_gaps()
    {
        await _broker.CreateTopicAsync("t");
        using var producer = _broker.Producer(configure: c => (c.LingerMs, c.BatchNumMessages, c.MaxInFlight) = (1, 10, 5));
        var acknowledged = 0;
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 500; i++)
            {
                producer.Produce("t", new() { Value = $"{(round * 500) + i}" }, report =>
                {
                    Assert.Equal(ErrorCode.NoError, report.Error.Code);
                    Interlocked.Increment(ref acknowledged);
                });
            }

            await _broker.RestartAsync();
        }

        Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(60)));
        Assert.Equal(2000, acknowledged);
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), _broker.ReadAll("t", 1, IsolationLevel.ReadCommitted));
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_and_fits_after_a_change_of_configuration()
    {
        await _broker.CreateTopicAsync("t");
        var large = new string('x', 5_000_000);
        using var producer = _broker.Producer(configure: c => c.MessageMaxBytes = 20_000_000);
        var refusal = await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.ProduceAsync("t", new() { Value = large }));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, refusal.Error.Code);

        using var admin = Admin();
        await admin.AlterConfigsAsync(new()
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = "t" }] = [new() { Name = "max.message.bytes", Value = "10000000" }],
        });
        using var again = _broker.Producer(configure: c => c.MessageMaxBytes = 20_000_000);
        await again.ProduceAsync("t", new() { Value = large });
        Assert.Equal(large, Assert.Single(_broker.ReadAll("t", 1, IsolationLevel.ReadCommitted)));
    }

    [Fact]
    public async Task Offsets_are_found_by_time()
    {
        await _broker.CreateTopicAsync("t");
        using var producer = _broker.Producer(configure: c => (c.LingerMs, c.CompressionType) = (50, CompressionType.Lz4));
        for (var i = 0; i < 100; i++)
            producer.Produce("t", new() { Value = $"{i}", Timestamp = new Timestamp(1_000_000 + (i * 1000), TimestampType.CreateTime) });
        producer.Flush(TimeSpan.FromSeconds(20));
        using var consumer = _broker.Consumer("g");
        var partition = new TopicPartition("t", 0);
        var found = consumer.OffsetsForTimes(
            [new(partition, new Timestamp(1_042_500, TimestampType.CreateTime))], TimeSpan.FromSeconds(10));
        Assert.Equal(43, found[0].Offset.Value);
        var none = consumer.OffsetsForTimes(
            [new(partition, new Timestamp(9_000_000, TimestampType.CreateTime))], TimeSpan.FromSeconds(10));
        Assert.Equal(Offset.End, none[0].Offset);
        var marks = consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10));
        Assert.Equal((0, 100), (marks.Low.Value, marks.High.Value));
    }

    [Fact]
    public async Task Topics_are_made_by_asking_changed_and_deleted()
    {
        using var producer = _broker.Producer();
        await producer.ProduceAsync("asked-for", new() { Value = "x" });
        using var admin = Admin();
        var topic = Assert.Single(admin.GetMetadata("asked-for", TimeSpan.FromSeconds(10)).Topics);
        Assert.Single(topic.Partitions);

        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = "asked-for", IncreaseTo = 4 }]);
        Assert.Equal(4, admin.GetMetadata("asked-for", TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count);

        await admin.DeleteRecordsAsync([new TopicPartitionOffset("asked-for", 0, Offset.End), new("asked-for", 1, Offset.End)]);
        await admin.DeleteTopicsAsync(["asked-for"]);
        var gone = await Assert.ThrowsAsync<DeleteTopicsException>(() => admin.DeleteTopicsAsync(["asked-for"]));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, gone.Results[0].Error.Code);

        await _broker.CreateTopicAsync("asked-for", 2);
        await _broker.ProduceAsync("asked-for", 10, 2);
        Assert.Equal(10, _broker.ReadAll("asked-for", 2, IsolationLevel.ReadCommitted).Count);
    }

    [Fact]
    public async Task A_consumer_beyond_the_start_of_the_log_is_reset_to_it()
    {
        await _broker.CreateTopicAsync("t");
        await _broker.ProduceAsync("t", 100);
        using var admin = Admin();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset("t", 0, 60)]);
        using var consumer = _broker.Consumer("g");
        consumer.Assign(new TopicPartitionOffset("t", 0, 5));
        Assert.Equal(60, consumer.Consume(TimeSpan.FromSeconds(20)).Offset.Value);
    }

    private static IEnumerable<Message<byte[]?, byte[]?>> Messages()
    {
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var message = new Message<byte[]?, byte[]?>
            {
                Key = (i % 4) switch { 0 => null, 1 => [], _ => Bytes(random.Next(50)) },
                Value = (i % 5) switch { 0 => null, 1 => [], 2 => Bytes(random.Next(20_000)), _ => Encoding.UTF8.GetBytes(new string('a', random.Next(500))) },
                Timestamp = new Timestamp(1_600_000_000_000 + random.Next(1_000_000), TimestampType.CreateTime),
            };
            if (i % 3 != 0)
                message.Headers = [new Header("h", Bytes(random.Next(30))), new Header("h", null), new Header("ä", [])];
            yield return message;
        }

        byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }
    }

    private IAdminClient Admin() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
}
