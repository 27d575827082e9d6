using System.Globalization;
using System.Text;
using Confluent.Kafka;
using MedStreams.Bench.Support;
using MedStreams.Streams;
using MedStreams.Topologies.Reservations;

namespace MedStreams.Hl7.Bench;

/// <summary>Reservations through the topology, from the topic of messages until the last state is committed, beside the bare loop.</summary>
internal sealed class ReservationRuns(BenchOptions options, Report report, Cluster cluster)
{
    private const string Bench = "Hl7";
    private const int Partitions = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private static readonly Guarantee ExactlyOnce = new(true, TimeSpan.FromMilliseconds(100));

    public async Task RunAsync()
    {
        var reservations = (options.Records ?? 40_000) / 2;
        var inbound = await cluster.CreateTopicAsync("inbound", Partitions);
        Pour(inbound, reservations);
        foreach (var threads in options.Threads is { Count: > 0 } asked ? asked : options.Full ? [1, 2] : [1])
        {
            var (bare, through) = (new List<Throughput>(), new List<Throughput>());
            for (var round = 0; round < (options.Repeat ?? 3); round++)
            {
                bare.Add(await BareAsync(inbound));
                through.Add(await ThroughAsync(inbound, reservations, threads));
            }

            var (measured, baseline) = (Throughput.Median(through), Throughput.Median(bare));
            var name = $"H4 reservations, {ExactlyOnce}, {threads} thread{(threads == 1 ? "" : "s")}";
            report.Add(new(Bench, name, measured.RecordsPerSecond / 2, "reservations/s", baseline.RecordsPerSecond / 2));
            report.Add(new(Bench, name, measured.CpuMicroseconds, "cpu us/message", baseline.CpuMicroseconds));
        }
    }

    /// <summary>A reservation and an association for each user; every tenth association before its reservation.</summary>
    private void Pour(BenchTopic topic, int reservations)
    {
        using var producer = Clients.Producer(cluster.Settings(
            ("partitioner", "murmur2_random"), ("linger.ms", "20"), ("enable.idempotence", "true"), ("dotnet.producer.enable.delivery.reports", "false")));
        for (var i = 0; i < reservations; i++)
        {
            byte[][] messages =
            [
                Message("SIU^S12", i, $"SCH||N{i}^RIS|||||||||^^^20310303100000", $"PID|1||U{i}^^^CAMPUS^MR"),
                Message("ADT^A04", i, $"PID|1||U{i}^^^CAMPUS^MR", $"PV1|1|O|RAD^CT1||||||||||||||||V{i}^^^CAMPUS"),
            ];
            if (i % 10 == 0)
                Array.Reverse(messages);
            foreach (var message in messages)
                producer.Send(new(topic.Name, Partition.Any), new() { Key = Encoding.ASCII.GetBytes($"S{i % 50}"), Value = message });
        }

        while (producer.Flush(TimeSpan.FromSeconds(10)) > 0)
        {
        }
    }

    private static byte[] Message(string kind, int i, params string[] segments) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"MSH|^~\\&|HIS|CAMPUS|MS|CAMPUS|20310303{8 + (i % 2):D2}0000||{kind}|{kind}{i}|P|2.5\r{string.Join('\r', segments)}\r"));

    private async Task<Throughput> BareAsync(BenchTopic inbound)
    {
        var output = await cluster.CreateTopicAsync("output", Partitions);
        var throughput = await Throughput.MeasureAsync(cluster, inbound, new BareLoop(cluster, inbound, output, ExactlyOnce, cluster.Unique("bare")));
        await cluster.DeleteTopicsAsync(output);
        return throughput;
    }

    private async Task<Throughput> ThroughAsync(BenchTopic inbound, int reservations, int threads)
    {
        var run = cluster.Unique("run");
        var settings = new ReservationsOptions
        {
            InboundTopic = inbound.Name,
            ByUserTopic = run + "-by-user",
            ByNumberTopic = run + "-by-number",
            StateTopic = run + "-state",
            TransitionsTopic = run + "-transitions",
            RejectedTopic = run + "-rejected",
        };
        var topics = ReservationsTopology.Topics(settings).Where(t => t != inbound.Name).Select(t => new BenchTopic(t, Partitions)).ToArray();
        await cluster.CreateAsync(topics);
        var builder = new StreamsBuilder();
        ReservationsTopology.Build(builder, settings);
        var state = Path.Combine(options.Data, $"medstreams-bench-state-{Guid.NewGuid():N}");
        GC.Collect();
        var meter = Usage.Begin();
        Usage usage;
        await using (var streams = new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = run,
            BootstrapServers = cluster.BootstrapServers,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            NumStreamThreads = threads,
            StateDir = state,
        }))
        {
            await streams.StartAsync();
            using var counter = new AssociatedCounter(cluster, topics.First(t => t.Name == settings.StateTopic));
            while (counter.Count() < reservations)
            {
                if (streams.Completion.IsCompleted)
                    await streams.Completion;
                if (meter.End().Elapsed > Limit)
                    throw new BenchException($"Not all reservations were associated within {Limit}.");
                await Task.Delay(Interval);
            }

            usage = meter.End();
        }

        Directory.Delete(state, recursive: true);
        await cluster.DeleteTopicsAsync(topics);
        return Throughput.Of(usage, 2L * reservations);
    }

    /// <summary>Counts committed states of associated reservations, each once: that every one got there is the check.</summary>
    private sealed class AssociatedCounter : IDisposable
    {
        private readonly IConsumer<byte[], byte[]> _consumer;
        private readonly HashSet<string> _associated = new(StringComparer.Ordinal);

        public AssociatedCounter(Cluster cluster, BenchTopic topic)
        {
            _consumer = Clients.Consumer<byte[], byte[]>(cluster.Settings(
                ("group.id", cluster.Unique("counter")), ("enable.auto.commit", "false"), ("isolation.level", "read_committed")));
            _consumer.Assign(Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartitionOffset(topic.Name, p, Offset.Beginning)));
        }

        public int Count()
        {
            while (_consumer.Consume(TimeSpan.Zero) is { } result)
            {
                if (result.Message.Value.AsSpan().IndexOf("\"Associated\""u8) >= 0)
                    _associated.Add(Encoding.UTF8.GetString(result.Message.Key));
            }

            return _associated.Count;
        }

        public void Dispose() => _consumer.Dispose();
    }
}
