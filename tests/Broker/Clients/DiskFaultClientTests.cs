using System.Collections.Concurrent;
using Confluent.Kafka;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>
/// A disk that is full, or fails to sync, for a while, under real clients: they are told to try again, do, and nobody restarts
/// anything. Readers are served all the time.
/// </summary>
public sealed class DiskFaultClientTests : IAsyncLifetime
{
    private readonly FlakyFileSystem _disk = new();
    private ClientBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await ClientBroker.StartAsync(files: _disk);
        await _broker.CreateTopicAsync("t", 2);
    }

    public async ValueTask DisposeAsync()
    {
        _disk.IsFull = _disk.FailsSyncs = false;
        await _broker.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Producers_try_again_until_the_disk_is_well_and_lose_and_double_nothing(bool failsSyncs)
    {
        var delivered = new ConcurrentDictionary<string, PersistenceStatus>();
        var sent = 0;
        using var producer = _broker.Producer(configure: config => config.RetryBackoffMs = 50);
        Send(100);
        await Eventually.Holds(() => delivered.Count == 100);
        Break(failsSyncs);
        Send(100);
        await Eventually.Holds(() => _disk.Refused > 2);
        Assert.Equal(100, delivered.Count);

        // What was acknowledged can be read meanwhile.
        Assert.Equal(100, _broker.ReadAll("t", 2, IsolationLevel.ReadCommitted).Count);
        Heal();
        Send(50);
        await Eventually.Holds(() => delivered.Count == 250);
        Assert.All(delivered.Values, status => Assert.Equal(PersistenceStatus.Persisted, status));
        var read = _broker.ReadAll("t", 2, IsolationLevel.ReadCommitted);
        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"{i}").Order(), read.Order());
        await _broker.RestartAsync();
        Assert.Equal(read.Order(), _broker.ReadAll("t", 2, IsolationLevel.ReadCommitted).Order());

        void Send(int count)
        {
            for (var i = 0; i < count; i++, sent++)
            {
                producer.Produce(
                    new TopicPartition("t", sent % 2),
                    new Message<string, string> { Key = "k", Value = $"{sent}" },
                    report => delivered[report.Message.Value] = report.Status);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Groups_and_transactions_go_on_when_the_disk_is_well(bool failsSyncs)
    {
        await _broker.ProduceAsync("t", 40, partitions: 2);
        await _broker.CreateTopicAsync("out");
        using var consumer = _broker.Consumer("g");
        consumer.Subscribe("t");
        using var producer = _broker.Producer("x", config => config.TransactionTimeoutMs = 60_000);
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        Copy(consumer, producer, 20);
        Break(failsSyncs);
        using (var other = _broker.Producer())
        {
            // Somebody has to write for the disk to be noticed; it is delivered in the end.
            var pending = other.ProduceAsync("t", new Message<string, string> { Value = "40" }, TestContext.Current.CancellationToken);
            await Eventually.Holds(() => _disk.Refused > 2);
            Heal();
            await pending;
        }

        Copy(consumer, producer, 21);
        Assert.Equal(Enumerable.Range(0, 41).Select(i => $"{i}").Order(), _broker.ReadAll("out", 1, IsolationLevel.ReadCommitted).Order());
        await _broker.RestartAsync();
        Assert.Equal(Enumerable.Range(0, 41).Select(i => $"{i}").Order(), _broker.ReadAll("out", 1, IsolationLevel.ReadCommitted).Order());
    }

    /// <summary>Copies records in transactions, the consumer's offsets included, until so many are committed.</summary>
    private static void Copy(IConsumer<string, string> consumer, IProducer<string, string> producer, int count)
    {
        while (count > 0)
        {
            var batch = new List<ConsumeResult<string, string>>();
            while (batch.Count < Math.Min(count, 5))
                batch.Add(consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("No record came."));
            Transact(consumer, producer, batch);
            count -= batch.Count;
        }
    }

    private static void Transact(
        IConsumer<string, string> consumer, IProducer<string, string> producer, List<ConsumeResult<string, string>> batch)
    {
        producer.BeginTransaction();
        foreach (var record in batch)
            producer.Produce("out", new Message<string, string> { Value = record.Message.Value });
        var offsets = batch
            .GroupBy(record => record.TopicPartition)
            .Select(records => new TopicPartitionOffset(records.Key, records.Max(record => record.Offset.Value) + 1));
        producer.SendOffsetsToTransaction(offsets, consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(20));
        producer.CommitTransaction(TimeSpan.FromSeconds(20));
    }

    private void Break(bool failsSyncs)
    {
        if (failsSyncs)
            _disk.FailsSyncs = true;
        else
            _disk.IsFull = true;
    }

    private void Heal() => _disk.IsFull = _disk.FailsSyncs = false;
}
