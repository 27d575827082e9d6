using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests.Telemetry;

/// <summary>The way of a record through a topology, as a collector sees it.</summary>
public sealed class TelemetryTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string ParentId = "b7ad6b7169203331";
    private const string Key = "patient-4711";

    [Fact]
    public async Task A_trace_goes_through_topics_and_reaches_the_collector_without_keys_and_values()
    {
        await using var cluster = await HttpCluster.StartAsync(1);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).Build())
            await admin.CreateTopicsAsync(((string[])["mid", "out"]).Select(t => new TopicSpecification { Name = t, NumPartitions = 1, ReplicationFactor = 1 }));
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValues(v => v + "!").To("mid");
        builder.Stream<string, string>("mid").To("out");
        await cluster.AddAsync(builder.Build(), "one");

        // Nobody listens: what the record carries goes on as it is.
        Produce(cluster, "kept");
        Assert.Equal($"00-{TraceId}-{ParentId}-01", Read(cluster, 1).Single());

        await using var collector = await OtlpReceiver.StartAsync();
        using (var export = new TelemetryExport(new TelemetryExportOptions
        {
            Endpoint = collector.Address,
            ServiceName = "tests",
            SampleRatio = 1,
            MetricInterval = TimeSpan.FromMilliseconds(200),
        }))
        {
            Produce(cluster, "traced");
            Assert.StartsWith($"00-{TraceId}-", Read(cluster, 2)[1], StringComparison.Ordinal);
            await Eventually.Holds(() => collector.Metrics.ContainsKey("kafka.streams.stream-thread-metrics.process-rate") && collector.Metrics.ContainsKey("medstreams.broker.requests"));
        }

        var trace = collector.Spans.Where(s => s.TraceId == TraceId).ToList();
        var (parent, names) = (ParentId, new List<string>());
        while (trace.Find(s => s.ParentId == parent) is { } next)
        {
            names.Add(next.Name);
            parent = next.SpanId;
        }

        Assert.Equal(["process in", "send mid", "process mid", "send out"], names);
        Assert.Equal(4, trace.Count);
        var process = trace.Single(s => s.Name == "process in");
        Assert.Equal(("MedStreams.Streams", "kafka", "process", "in", "0", "app"), (
            process.Scope, process.Attributes["messaging.system"], process.Attributes["messaging.operation.type"], process.Attributes["messaging.destination.name"],
            process.Attributes["messaging.destination.partition.id"], process.Attributes["messaging.consumer.group.name"]));
        Assert.Contains(collector.Spans, s => s.Name == "poll");
        Assert.Contains(collector.Spans, s => s is { Scope: "MedStreams.Broker", Name: "Produce" });
        Assert.Equal("tests", collector.Service);
        Assert.DoesNotContain(collector.Bodies, b => b.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Key)) >= 0 || b.AsSpan().IndexOf("traced!"u8) >= 0);
    }

    private static void Produce(HttpCluster cluster, string value)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers }).Build();
        producer.Produce("in", new Message<string, string>
        {
            Key = Key,
            Value = value,
            Headers = new Confluent.Kafka.Headers { { "traceparent", Encoding.ASCII.GetBytes($"00-{TraceId}-{ParentId}-01") } },
        });
        producer.Flush(TimeSpan.FromSeconds(10));
    }

    /// <summary>The trace contexts of the first records of the last topic.</summary>
    private static List<string> Read(HttpCluster cluster, int count)
    {
        using var consumer = new ConsumerBuilder<string, string>(
            new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "reader", IsolationLevel = IsolationLevel.ReadCommitted }).Build();
        consumer.Assign(new TopicPartitionOffset("out", 0, Offset.Beginning));
        var contexts = new List<string>();
        while (contexts.Count < count)
        {
            var record = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException("nothing came");
            contexts.Add(Encoding.ASCII.GetString(record.Message.Headers.GetLastBytes("traceparent")));
        }

        return contexts;
    }
}
