using System.Text;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Kafka.Librdkafka;
using MedStreams.Streams.Processing;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Clients;

/// <summary>The clients that call librdkafka themselves, held to those of Confluent.Kafka.</summary>
public sealed class DirectClientsTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _topic = $"topic-{Guid.NewGuid():N}";

    [Fact]
    public void The_library_of_this_version_can_be_called_directly() => Assert.True(Rdkafka.IsUsable);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_values_headers_and_times_come_through_as_they_are(bool isDirect)
    {
        await broker.CreateTopicsAsync(1, _topic);
        using (var producer = Producer(isDirect))
        {
            Send(producer, 0, "key", "value", 1234, new Headers(new Header("a", "1"u8.ToArray()), new Header("b", null), new Header("ä", Array.Empty<byte>())), null);
            Send(producer, 0, null, null, 0, Headers.Empty, null);
            Send(producer, 0, "", "", 7, Headers.Empty, null);
            producer.Flush();
        }

        var read = Read(3);
        Assert.Equal(("key", "value", 1234L, "a=1;b=;ä=(empty);"), read[0]);
        Assert.Equal((null, null, 1L, ""), read[1]); // to librdkafka, 0 would mean now
        Assert.Equal(("", "", 7L, ""), read[2]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deliveries_are_told_with_their_offsets(bool isDirect)
    {
        await broker.CreateTopicsAsync(2, _topic);
        var told = new List<(string Topic, int Partition, long Offset, DeliveryFailure? Failure)>();
        using var producer = Producer(isDirect);
        for (var i = 0; i < 3_000; i++)
            Send(producer, i % 2, "k", "v", 1, Headers.Empty, (t, p, o, f) => told.Add((t, p, o, f)));
        producer.Flush();
        Assert.Equal(3_000, told.Count);
        Assert.All(told, t => Assert.Null(t.Failure));
        foreach (var partition in (int[])[0, 1])
        {
            Assert.Equal(
                Enumerable.Range(0, 1_500).Select(o => (_topic, (long)o)),
                told.Where(t => t.Partition == partition).Select(t => (t.Topic, t.Offset)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_cannot_be_delivered_is_told_as_such(bool isDirect)
    {
        var settings = new Dictionary<string, string> { ["bootstrap.servers"] = "127.0.0.1:1", ["message.timeout.ms"] = "100" };
        using IStreamProducer producer = isDirect ? new RdkafkaProducer(settings) : new ConfluentProducer(settings);
        var told = new List<DeliveryFailure?>();
        Send(producer, 0, "k", "v", 1, Headers.Empty, (_, _, _, failure) => told.Add(failure));
        producer.Flush();
        Assert.Equal(new DeliveryFailure("Local_MsgTimedOut", IsTransient: true), Assert.Single(told));
    }

    [Fact]
    public async Task What_a_listener_throws_comes_out_of_the_call_that_told_it()
    {
        await broker.CreateTopicsAsync(1, _topic);
        using var producer = Producer(isDirect: true);
        Send(producer, 0, "k", "v", 1, Headers.Empty, (_, _, _, _) => throw new InvalidOperationException("heard"));
        Assert.Equal("heard", Assert.Throws<InvalidOperationException>(producer.Flush).Message);
        producer.Flush(); // once
    }

    [Fact]
    public void A_setting_that_librdkafka_does_not_know_is_refused_by_name()
    {
        var error = Assert.Throws<StreamsException>(() => new RdkafkaProducer(new Dictionary<string, string> { ["no.such.setting"] = "1" }));
        Assert.Contains("no.such.setting", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_newer_producer_of_a_transactional_id_fences_the_older_one(bool isDirect)
    {
        await broker.CreateTopicsAsync(1, _topic);
        using var older = Producer(isDirect, _topic);
        older.InitTransactions(Patience);
        older.BeginTransaction();
        Send(older, 0, "k", "lost", 1, Headers.Empty, null);
        using var newer = Producer(isDirect, _topic);
        newer.InitTransactions(Patience);
        newer.BeginTransaction();
        Send(newer, 0, "k", "kept", 1, Headers.Empty, null);
        newer.CommitTransaction(Patience);

        Assert.True(Assert.Throws<TransactionLostException>(() => older.CommitTransaction(Patience)).IsFenced);
        Assert.Equal("kept", Assert.Single(Read(1)).Value);
    }

    [Fact]
    public async Task What_a_rebalance_throws_comes_out_of_the_poll()
    {
        await broker.CreateTopicsAsync(1, _topic);
        using var consumer = Clients(ProcessingGuarantee.AtLeastOnce).CreateConsumer("client", null, tellsEndsSoon: true);
        consumer.Subscribe([_topic], new Refusing());
        await Eventually.Holds(() => Throws(consumer));
        consumer.Close();

        static bool Throws(IStreamConsumer consumer)
        {
            try
            {
                consumer.Poll(TimeSpan.FromMilliseconds(10), 10, new Received());
                return false;
            }
            catch (InvalidOperationException e)
            {
                return e.Message == "refused";
            }
        }
    }

    private static string Show(Header header) =>
        header.Value is not { } value ? $"{header.Key}=;" : value.IsEmpty ? $"{header.Key}=(empty);" : $"{header.Key}={System.Text.Encoding.UTF8.GetString(value.Span)};";

    private ConfluentClients Clients(ProcessingGuarantee guarantee) => new(new StreamsConfig
    {
        ApplicationId = _topic,
        BootstrapServers = broker.BootstrapServers,
        ProcessingGuarantee = guarantee,
    });

    private void Send(
        IStreamProducer producer, int partition, string? key, string? value, long timestamp, Headers headers, DeliveryListener? listener) =>
        producer.Send(
            new OutgoingRecord
            {
                Topic = _topic,
                Partition = partition,
                Key = Encoding.UTF8.GetBytes(key ?? ""),
                HasKey = key is not null,
                Value = Encoding.UTF8.GetBytes(value ?? ""),
                HasValue = value is not null,
                Timestamp = timestamp,
                Headers = headers,
            },
            listener);

    private IStreamProducer Producer(bool isDirect, string? transactionalId = null)
    {
        var settings = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = broker.BootstrapServers,
            ["enable.idempotence"] = "true",
        };
        if (transactionalId is not null)
            settings["transactional.id"] = transactionalId;
        return isDirect ? new RdkafkaProducer(settings) : new ConfluentProducer(settings);
    }

    /// <summary>Reads so many committed records by the engine's own consumer.</summary>
    private List<(string? Key, string? Value, long Timestamp, string Headers)> Read(int count)
    {
        using var consumer = Clients(ProcessingGuarantee.ExactlyOnceV2).CreateRestoreConsumer("reader");
        consumer.Assign(new Dictionary<TopicPartition, long> { [new(_topic, 0)] = 0 });
        var received = new Received();
        var start = TimeProvider.System.GetTimestamp();
        while (received.Records.Count < count && TimeProvider.System.GetElapsedTime(start) < Patience)
            consumer.Poll(TimeSpan.FromMilliseconds(100), 100, received);
        Assert.Equal(count, received.Records.Count);
        return received.Records;
    }

    private sealed class Received : IRecordReceiver
    {
        public List<(string? Key, string? Value, long Timestamp, string Headers)> Records { get; } = [];

        public void OnRecord(in RawRecord record) => Records.Add((
            record.HasKey ? System.Text.Encoding.UTF8.GetString(record.Key) : null,
            record.HasValue ? System.Text.Encoding.UTF8.GetString(record.Value) : null,
            record.Timestamp,
            string.Concat(record.Headers.Select(Show))));

        public void OnEnd(TopicPartition partition, long offset)
        {
        }

        public void OnOutOfRange(TopicPartition partition) => throw new InvalidOperationException();
    }

    private sealed class Refusing : IRebalanceListener
    {
        public IReadOnlyCollection<StartingPoint> OnJoined(string memberId, int generation, object groupMetadata) =>
            throw new InvalidOperationException("refused");

        public void OnRevoked()
        {
        }

        public void OnLost()
        {
        }
    }
}
