using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>An idempotent producer and a consumer in a group, both librdkafka's, which come back by its own rules.</summary>
internal sealed class LibrdkafkaClients(string servers)
{
    public const string Topic = "lib";
    private const string Group = "lib-group";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentBag<Error> _failed = [];
    private int _acknowledged;
    private int _sent;
    private long _committed;

    public Func<bool> Ending { get; init; } = () => false;

    public string Counts => $"{_sent} records, {_committed} of them committed on the way";

    public Task RunAsync() => Task.WhenAll(
        Task.Factory.StartNew(Produce, TaskCreationOptions.LongRunning),
        Task.Factory.StartNew(Consume, TaskCreationOptions.LongRunning));

    /// <summary>All that was sent is there once, in order, and the group's offset is one that was committed.</summary>
    public void Check()
    {
        Assert.Empty(_failed);
        Assert.Equal(_sent, _acknowledged);
        using var consumer = Consumer("checker");
        consumer.Assign(new TopicPartitionOffset(Topic, 0, 0));
        for (var expected = 0; expected < _sent; expected++)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"Record {expected} did not come.");
            Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), result.Message.Value);
        }

        using var member = Consumer(Group);
        var committed = member.Committed([new TopicPartition(Topic, 0)], Patience)[0].Offset.Value;
        Assert.True(_committed == 0 || committed >= _committed, $"The group stands at {committed}; {_committed} was acknowledged.");
    }

    private void Produce()
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = servers,
            EnableIdempotence = true,
            LingerMs = 1,
            BatchNumMessages = 20,
            ReconnectBackoffMs = 5,
            ReconnectBackoffMaxMs = 20,
            RetryBackoffMs = 5,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        while (!Ending())
        {
            if (_sent - Volatile.Read(ref _acknowledged) < 200)
            {
                producer.Produce(new TopicPartition(Topic, 0), new() { Value = (_sent++).ToString(CultureInfo.InvariantCulture) }, report =>
                {
                    if (report.Error.IsError)
                        _failed.Add(report.Error);
                    else
                        Interlocked.Increment(ref _acknowledged);
                });
            }

            if (_sent % 20 == 0)
                producer.Poll(TimeSpan.FromMilliseconds(2));
        }

        producer.Flush(Patience);
    }

    private void Consume()
    {
        using var consumer = Consumer(Group);
        consumer.Subscribe(Topic);
        while (!Ending())
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(20)) is not { } result || result.Offset.Value % 16 != 0)
                    continue;
                consumer.Commit(result);
                _committed = result.Offset.Value + 1;
            }
            catch (KafkaException exception) when (!exception.Error.IsFatal)
            {
                // The broker is away, or the group calls its members together again.
            }
        }
    }

    private IConsumer<Ignore, string> Consumer(string group) => new ConsumerBuilder<Ignore, string>(new ConsumerConfig
    {
        BootstrapServers = servers,
        GroupId = group,
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        HeartbeatIntervalMs = 100,
        SessionTimeoutMs = 6_000,
        FetchWaitMaxMs = 20,
        ReconnectBackoffMs = 5,
        ReconnectBackoffMaxMs = 20,
        SocketTimeoutMs = 5_000,
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}
