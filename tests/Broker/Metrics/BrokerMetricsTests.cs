using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Tests.Security;
using MedStreams.Broker.Tests.Storage;
using MedStreams.Support;

namespace MedStreams.Broker.Tests.Metrics;

public sealed class BrokerMetricsTests
{
    [Fact]
    public async Task Requests_bytes_waits_and_syncs_are_counted()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var meter = new Listener(broker.Broker);
        using var client = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new() { Topics = [new() { Name = "t", NumPartitions = 2, ReplicationFactor = 1 }] });
        await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new() { Topics = [new() { Name = "t", NumPartitions = 2, ReplicationFactor = 1 }] });
        for (var i = 0; i < 3; i++)
            await client.AskAsync<ProduceRequest, ProduceResponse>(9, Produce("t", new string('x', 1000)));
        using var poller = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        await poller.SendAsync(11, new FetchRequest
        {
            MaxWaitMs = 60_000,
            MinBytes = 1 << 20,
            Topics = [new() { Topic = "t", Partitions = [new() { PartitionMaxBytes = 1 << 20 }] }],
        });
        await Eventually.Holds(() => meter.Read("requests.waiting", "api=Fetch") == 1);

        Assert.Equal(1, meter.Sum("requests", "api=CreateTopics", "error=NONE"));
        Assert.Equal(1, meter.Sum("requests", "api=CreateTopics", "error=TOPIC_ALREADY_EXISTS"));
        Assert.Equal(3, meter.Sum("requests", "api=Produce", "error=NONE"));
        Assert.Equal(3, meter.Count("request.duration", "api=Produce"));
        Assert.InRange(meter.Sum("request.duration", "api=Produce"), 0.000_001, 30);
        Assert.InRange(meter.Sum("network.io", "direction=receive", "listener=PLAINTEXT"), 3000, 6000);
        Assert.InRange(meter.Sum("network.io", "direction=send", "listener=PLAINTEXT"), 100, 3000);
        Assert.InRange(meter.Count("flush.duration"), 1, 100);
        Assert.Equal(0, meter.Sum("flush.failures"));

        Assert.Equal(2, meter.Read("connections", "listener=PLAINTEXT"));
        Assert.Equal(2, meter.Sum("connections.accepted", "listener=PLAINTEXT"));
        Assert.Equal(0, meter.Read("connections", "listener=SSL"));
        Assert.Equal(0, meter.Read("requests.waiting", "api=Produce"));
        Assert.InRange(meter.Read("request.memory"), 50, 500);
        Assert.Equal(1, meter.Read("topics"));
        Assert.Equal(2, meter.Read("partitions"));
        Assert.Equal(3, meter.Read("log.end_offset", "topic=t", "partition=0"));
        Assert.Equal(0, meter.Read("log.end_offset", "topic=t", "partition=1"));
        Assert.Equal(0, meter.Read("log.start_offset", "topic=t", "partition=0"));
        Assert.InRange(meter.Read("log.size", "topic=t", "partition=0"), 3000, 4000);

        poller.Dispose();
        await Eventually.Holds(() => meter.Read("connections", "listener=PLAINTEXT") == 1);
        await Eventually.Holds(() => meter.Read("requests.waiting", "api=Fetch") == 0);
    }

    [Fact]
    public async Task Groups_and_transactions_are_counted_by_state()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var meter = new Listener(broker.Broker);
        using var client = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        Assert.Equal(0, meter.Read("groups", "state=Empty"));
        await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new() { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] });
        await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(7, new()
        {
            GroupId = "g",
            GenerationIdOrMemberEpoch = -1,
            GroupInstanceId = null,
            Topics = [new() { Name = "t", Partitions = [new()] }],
        });
        await client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(3, new() { TransactionalId = "x", TransactionTimeoutMs = 60_000 });
        Assert.Equal(1, meter.Read("groups", "state=Empty"));
        Assert.Equal(0, meter.Read("groups", "state=Stable"));
        Assert.Equal(1, meter.Read("transactions", "state=Empty"));
        Assert.Equal(0, meter.Read("transactions", "state=Ongoing"));
    }

    [Fact]
    public async Task What_is_refused_is_counted_by_reason()
    {
        await using var broker = await SecureBroker.StartAsync(options => options with
        {
            Authorization = new AuthorizationOptions { SuperUsers = ["User:admin"] },
            MaxConnectionsPerIp = 2,
        });
        await broker.AddUserAsync("alice");
        using var meter = new Listener(broker.Broker);
        using (var client = await broker.ConnectAsync("alice"))
        {
            await client.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(3, new() { Topics = null });
            Assert.Equal(1, meter.Sum("authentications", "listener=SASL_PLAINTEXT", "mechanism=PLAIN", "result=success"));
            Assert.Equal(1, meter.Sum("authorization.denials", "operation=Describe", "resource=Cluster"));
            Assert.Equal(1, meter.Sum("requests", "api=DescribeLogDirs", "error=CLUSTER_AUTHORIZATION_FAILED"));
            using var second = await broker.ConnectAsync(ListenerProtocol.Plaintext);
            using var third = await broker.ConnectAsync(ListenerProtocol.Plaintext);
            Assert.Null(await third.ReceiveBytesAsync());
            Assert.Equal(1, meter.Sum("connections.refused", "listener=PLAINTEXT", "reason=per_address_limit"));
            await second.SendBytesAsync([0xFF, 0xFF, 0xFF, 0xFF]);
            Assert.Null(await second.ReceiveBytesAsync());
            await Eventually.Holds(() => meter.Sum("connections.refused", "listener=PLAINTEXT", "reason=malformed") == 1);
        }

        await Eventually.Holds(() => meter.Read("connections", "listener=SASL_PLAINTEXT") == 0);
        using var wrong = await broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        await SaslClient.ScramAsync(wrong, SaslMechanism.ScramSha256, "alice", "wrong");
        await Eventually.Holds(() => meter.Sum("connections.refused", "listener=SASL_PLAINTEXT", "reason=authentication") == 1);
        Assert.Equal(1, meter.Sum("authentications", "listener=SASL_PLAINTEXT", "mechanism=SCRAM-SHA-256", "result=failure"));
    }

    [Fact]
    public async Task Compaction_is_counted_and_so_is_what_cannot_be_compacted()
    {
        var time = new ManualTime();
        await using var broker = await SecureBroker.StartAsync(
            options => options with { CompactionInterval = TimeSpan.FromSeconds(10), Flush = FlushPolicy.OperatingSystem }, time);
        using var meter = new Listener(broker.Broker);
        using var client = await broker.ConnectAsync(ListenerProtocol.Plaintext);
        foreach (var topic in new[] { "whole", "broken" })
        {
            await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new()
            {
                Topics =
                [
                    new()
                    {
                        Name = topic,
                        NumPartitions = 1,
                        ReplicationFactor = 1,
                        Configs = [new() { Name = "cleanup.policy", Value = "compact" }, new() { Name = "segment.bytes", Value = "300" }],
                    },
                ],
            });
            for (var i = 0; i < 10; i++)
            {
                var batch = new RecordBatchBuilder();
                batch.Append(1, [1, 2, 3], new byte[100]);
                await client.AskAsync<ProduceRequest, ProduceResponse>(9, Produce(topic, batch.Build()));
            }
        }

        Assert.Equal(0, meter.Sum("cleaner.runs"));
        Assert.Equal(1, meter.Read("cleaner.dirty_ratio", "topic=whole", "partition=0"));
        Assert.Equal(0, meter.Read("cleaner.uncompactable"));
        var first = Directory.GetFiles(Path.Combine(broker.Data, "broken-0"), "*.log").Order(StringComparer.Ordinal).First();
        var bytes = await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(first, bytes, TestContext.Current.CancellationToken);

        await Eventually.Holds(() =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return meter.Sum("cleaner.runs", "result=success") == 1 && meter.Sum("cleaner.runs", "result=failure") == 1;
        });
        Assert.Equal(1, meter.Count("cleaner.duration"));
        var size = meter.Read("log.size", "topic=whole", "partition=0");
        Assert.InRange(meter.Sum("cleaner.io", "direction=read"), 9 * 2 * 150, 20 * 2 * 200);
        Assert.InRange(meter.Sum("cleaner.io", "direction=write"), 150, size);
        Assert.Equal(0, meter.Read("cleaner.dirty_ratio", "topic=whole", "partition=0"));
        Assert.Equal(1, meter.Read("cleaner.uncompactable"));
        Assert.Contains("whole-0 was compacted up to offset", broker.Logs.Of(1010).Single(), StringComparison.Ordinal);
        Assert.Contains("broken-0 cannot be compacted", broker.Logs.Of(1012).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guide_names_every_instrument()
    {
        await using var broker = await SecureBroker.StartAsync();
        using var meter = new Listener(broker.Broker);
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "broker.md"), TestContext.Current.CancellationToken);
        Assert.NotEmpty(meter.Names);
        Assert.All(meter.Names, name => Assert.Contains($"| `{name}` |", guide, StringComparison.Ordinal));
    }

    private static ProduceRequest Produce(string topic, string value) => Produce(topic, TestLog.Batch(value));

    private static ProduceRequest Produce(string topic, byte[] batch) => new()
    {
        TransactionalId = null,
        Acks = -1,
        TopicData = [new() { Name = topic, PartitionData = [new() { Records = new RecordData(batch) }] }],
    };

    /// <summary>Listens to the meter of one broker.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(Instrument Instrument, double Value, string[] Tags)> _seen = new();
        private readonly ConcurrentDictionary<string, Instrument> _instruments = new();

        public Listener(EmbeddedBroker broker)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter != broker.Metrics.Meter)
                    return;
                _instruments[instrument.Name] = instrument;
                listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public IEnumerable<string> Names => _instruments.Keys;

        /// <summary>The sum of all that was counted under the tags.</summary>
        public double Sum(string name, params string[] tags) => Matching(name, tags).Sum(seen => seen.Value);

        /// <summary>How often something was recorded under the tags.</summary>
        public int Count(string name, params string[] tags) => Matching(name, tags).Count();

        /// <summary>What an instrument shows now.</summary>
        public double Read(string name, params string[] tags)
        {
            lock (_listener)
            {
                var before = _seen.Count;
                _listener.RecordObservableInstruments();
                return _seen.Skip(before).Single(seen => Matches(seen, name, tags)).Value;
            }
        }

        public void Dispose() => _listener.Dispose();

        private IEnumerable<(Instrument Instrument, double Value, string[] Tags)> Matching(string name, string[] tags) =>
            _seen.Where(seen => Matches(seen, name, tags));

        private static bool Matches((Instrument Instrument, double Value, string[] Tags) seen, string name, string[] tags) =>
            seen.Instrument.Name == "medstreams.broker." + name && tags.All(seen.Tags.Contains);

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var texts = new List<string>();
            foreach (var (key, tag) in tags)
                texts.Add($"{key}={tag}");
            _seen.Enqueue((instrument, value, [.. texts]));
        }
    }
}
