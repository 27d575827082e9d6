using Confluent.Kafka;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>Transactions of librdkafka against the broker.</summary>
public sealed class TransactionClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private ClientBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await ClientBroker.StartAsync(
        options => options with { TransactionAbortInterval = TimeSpan.FromMilliseconds(200) });

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Aborted_records_stay_invisible_to_read_committed()
    {
        await _broker.CreateTopicAsync("t", 2);
        using var producer = _broker.Producer("x");
        producer.InitTransactions(Patience);
        for (var round = 0; round < 6; round++)
        {
            producer.BeginTransaction();
            for (var p = 0; p < 2; p++)
            {
                producer.Produce(new TopicPartition("t", p), Record(round % 2 == 0 ? $"good{round}" : $"bad{round}"));
            }

            if (round % 2 == 0)
            {
                producer.CommitTransaction(Patience);
            }
            else
            {
                producer.Flush(Patience);
                producer.AbortTransaction(Patience);
            }
        }

        Assert.Equal(
            ["good0", "good0", "good2", "good2", "good4", "good4"],
            _broker.ReadAll("t", 2, IsolationLevel.ReadCommitted).Order());
        Assert.Equal(12, _broker.ReadAll("t", 2, IsolationLevel.ReadUncommitted).Count);
    }

    [Fact]
    public async Task An_open_transaction_holds_read_committed_back_and_a_new_client_aborts_it()
    {
        await _broker.CreateTopicAsync("t");
        using var old = _broker.Producer("x");
        old.InitTransactions(Patience);
        old.BeginTransaction();
        old.Produce(new TopicPartition("t", 0), Record("zombie"));
        old.Flush(Patience);
        Assert.Empty(_broker.ReadAll("t", 1, IsolationLevel.ReadCommitted));

        using var fresh = _broker.Producer("x");
        fresh.InitTransactions(Patience);
        fresh.BeginTransaction();
        fresh.Produce(new TopicPartition("t", 0), Record("fresh"));
        fresh.CommitTransaction(Patience);

        var fenced = Assert.ThrowsAny<KafkaException>(() => old.CommitTransaction(Patience));
        Assert.True(fenced.Error.IsFatal);
        Assert.Equal(["fresh"], _broker.ReadAll("t", 1, IsolationLevel.ReadCommitted));
    }

    [Fact]
    public async Task A_transaction_that_lasts_too_long_is_aborted()
    {
        await _broker.CreateTopicAsync("t");
        using var producer = _broker.Producer("x", c => c.TransactionTimeoutMs = 1_000);
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        producer.Produce(new TopicPartition("t", 0), Record("late"));
        producer.Flush(Patience);
        await _broker.ProduceAsync("t", 1);

        await Support.Eventually.Holds(() => _broker.ReadAll("t", 1, IsolationLevel.ReadCommitted) is ["0"]);
        Assert.ThrowsAny<KafkaException>(() => producer.CommitTransaction(Patience));
    }

    [Fact]
    public async Task Consume_transform_produce_counts_every_record_once_over_crashes_of_the_client_and_restarts_of_the_broker()
    {
        const int Records = 600;
        await _broker.CreateTopicAsync("in", 3);
        await _broker.CreateTopicAsync("out", 2);
        await _broker.ProduceAsync("in", Records, partitions: 3);
        var random = new Random(7);
        var done = 0;
        for (var incarnation = 0; done < Records; incarnation++)
        {
            Assert.True(incarnation < 60, $"{done} of {Records} records after {incarnation} starts.");
            if (incarnation % 3 == 2)
            {
                await _broker.RestartAsync();
            }

            done += Transform(random, crash: incarnation < 9);
        }

        var values = _broker.ReadAll("out", 2, IsolationLevel.ReadCommitted).Select(int.Parse).Order().ToList();
        Assert.Equal(Enumerable.Range(0, Records).Select(i => i * 2), values);
    }

    /// <summary>One life of a processor; a crash leaves a transaction open. Answers how many records it committed.</summary>
    private int Transform(Random random, bool crash)
    {
        using var consumer = _broker.Consumer("g", c => c.SessionTimeoutMs = 1_500);
        using var producer = _broker.Producer("processor");
        producer.InitTransactions(Patience);
        consumer.Subscribe("in");
        var committed = 0;
        var idle = 0;
        while (idle < 60)
        {
            var batch = new List<ConsumeResult<string, string>>();
            while (batch.Count < 25 && consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
            {
                batch.Add(record);
            }

            if (batch.Count == 0)
            {
                idle = consumer.Assignment.Count == 0 ? idle : idle + 3;
                continue;
            }

            idle = 0;
            producer.BeginTransaction();
            foreach (var record in batch)
            {
                producer.Produce(
                    new TopicPartition("out", random.Next(2)), Record($"{int.Parse(record.Message.Value) * 2}"));
            }

            var offsets = batch.GroupBy(r => r.TopicPartition).Select(
                g => new TopicPartitionOffset(g.Key, g.Max(r => r.Offset.Value) + 1));
            producer.SendOffsetsToTransaction(offsets, consumer.ConsumerGroupMetadata, Patience);
            if (crash && random.Next(4) == 0)
            {
                producer.Flush(Patience);
                return committed;
            }

            producer.CommitTransaction(Patience);
            committed += batch.Count;
        }

        consumer.Close();
        return committed;
    }

    private static Message<string, string> Record(string value) => new() { Key = value, Value = value };
}
