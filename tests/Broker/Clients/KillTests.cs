using System.Collections.Concurrent;
using Confluent.Kafka;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>kill -9 at any moment: nothing acknowledged is lost, nothing comes twice, nothing aborted is seen.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private const int Partitions = 3;
    private const int Kills = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-kill-").FullName;
    private ChildBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = new ChildBroker(_directory);
        await _broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Acknowledged_records_survive()
    {
        var random = new Random(11);
        await CreateTopicAsync("t");
        using var producer = Producer();
        var acknowledged = new ConcurrentBag<string>();
        var failed = new ConcurrentBag<Error>();
        var sent = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var until = sent + random.Next(200, 3000);
            for (; sent < until; sent++)
            {
                var value = $"{sent}";
                producer.Produce(new TopicPartition("t", sent % Partitions), new() { Value = value }, report =>
                {
                    if (report.Error.IsError)
                        failed.Add(report.Error);
                    else
                        acknowledged.Add(value);
                });
                if (sent % 50 == 0)
                    producer.Poll(TimeSpan.FromMilliseconds(random.Next(3)));
            }

            await _broker.KillAsync();
            await _broker.StartAsync();
        }

        Assert.Equal(0, producer.Flush(Patience));
        Assert.Empty(failed);
        Assert.Equal(sent, acknowledged.Count);
        var found = Read("t", sent, IsolationLevel.ReadUncommitted);
        for (var p = 0; p < Partitions; p++)
            Assert.Equal(Enumerable.Range(0, sent).Where(i => i % Partitions == p), found[p].Select(int.Parse));
    }

    [Fact]
    public async Task Transactions_are_whole_or_not_at_all()
    {
        var random = new Random(12);
        await CreateTopicAsync("t");
        var committed = new List<int>();
        var unknown = new List<int>();
        var number = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var producer = Producer("tx");
            producer.InitTransactions(Patience);
            var rounds = random.Next(3, 15);
            for (var round = 0; round < rounds; round++)
            {
                var killing = round == rounds - 1 ? KillSoonAsync(random.Next(25)) : Task.CompletedTask;
                unknown.Add(number);
                if (Transact(producer, number, abort: number % 4 == 3))
                {
                    unknown.Remove(number);
                    if (number % 4 != 3)
                        committed.Add(number);
                }

                number++;
                await killing;
            }
        }

        using (var closing = Producer("tx"))
            closing.InitTransactions(Patience);
        await CheckAsync(committed, unknown);
    }

    private static bool Transact(IProducer<Null, string> producer, int number, bool abort)
    {
        try
        {
            producer.BeginTransaction();
            for (var p = 0; p < Partitions; p++)
                producer.Produce(new TopicPartition("t", p), new() { Value = $"{number}" });
            if (abort)
            {
                producer.Flush(Patience);
                producer.AbortTransaction(Patience);
            }
            else
            {
                producer.CommitTransaction(Patience);
            }

            return true;
        }
        catch (KafkaException)
        {
            // Whether it was committed is not known; that it is whole or not at all is.
            return false;
        }
    }

    private async Task KillSoonAsync(int milliseconds)
    {
        await Task.Delay(milliseconds);
        await _broker.KillAsync();
        await _broker.StartAsync();
    }

    private async Task CheckAsync(List<int> committed, List<int> unknown)
    {
        List<List<string>> found = [];
        await Eventually.Holds(() => (found = Read("t", committed.Count * Partitions, IsolationLevel.ReadCommitted)).Count == Partitions);
        foreach (var partition in found)
        {
            var numbers = partition.Select(int.Parse).ToList();
            Assert.Equal(numbers.Distinct(), numbers);
            Assert.Empty(committed.Except(numbers));
            Assert.Empty(numbers.Except(committed).Except(unknown.Where(number => number % 4 != 3)));
        }

        Assert.All(found, partition => Assert.Equal(found[0], partition));
    }

    private async Task CreateTopicAsync(string name)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new() { Name = name, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    private IProducer<Null, string> Producer(string? transactionalId = null) =>
        new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = _broker.BootstrapServers,
            EnableIdempotence = true,
            LingerMs = 1,
            BatchNumMessages = 20,
            TransactionalId = transactionalId,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>The values of each partition in their order; at least so many in all.</summary>
    private List<List<string>> Read(string topic, int atLeast, IsolationLevel isolation)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = "reader",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = isolation,
        };
        using var consumer = new ConsumerBuilder<Ignore, string>(config).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var values = Enumerable.Range(0, Partitions).Select(_ => new List<string>()).ToList();
        var open = Partitions;
        while (open > 0)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException("The end of a partition was not reached.");
            if (result.IsPartitionEOF)
                open--;
            else
                values[result.Partition.Value].Add(result.Message.Value);
        }

        Assert.True(values.Sum(partition => partition.Count) >= atLeast);
        return values;
    }
}
