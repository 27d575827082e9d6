using System.Buffers.Binary;
using System.Diagnostics;
using Confluent.Kafka;

namespace MedStreams.Bench.Support;

/// <summary>Latencies in milliseconds.</summary>
/// <param name="P50">The median.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="P999">The 99.9th percentile.</param>
public sealed record Latency(double P50, double P99, double P999)
{
    /// <summary>The latencies of single runs, in any order.</summary>
    /// <exception cref="BenchException">There are none.</exception>
    public static Latency Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        if (sorted.Length == 0)
            throw new BenchException("Nothing came through.");
        return new Latency(
            Statistics.Percentile(sorted, 0.5), Statistics.Percentile(sorted, 0.99), Statistics.Percentile(sorted, 0.999));
    }
}

/// <summary>
/// Sends records to one topic at a steady rate and receives them from another (or the same) in this process. A record's
/// time begins when it is handed to the producer, in bursts a millisecond apart.
/// </summary>
/// <remarks>
/// Records are counted once they flow. Clients that have just started hold them back: librdkafka's producer keeps the first records for a
/// topic until it knows the leaders, which it asks for once a second, and what is measured has a producer of its own behind that of the
/// probe; groups are joined meanwhile. So the first records are one to two seconds late, whoever hands them on, and those sent until then are
/// warm-up: at least a second of them, and until one comes through promptly. Before the first of them each partition is written to once
/// and the acknowledgement waited for, so that no more than those wait for the leaders.
/// </remarks>
public sealed class LatencyProbe(Cluster cluster, BenchTopic input, BenchTopic output, int rate, TimeSpan duration, int size = 100)
{
    private const int AcknowledgementSample = 16;
    private const int NotKnown = int.MaxValue;
    private const int Greeting = -1;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<double> _endToEnd = [];
    private readonly List<double> _acknowledged = [];
    private volatile bool _flows;
    private volatile int _firstCounted = NotKnown;
    private volatile int _total = NotKnown;

    /// <summary>Called when the records begin that count (true), and when the last of them was acknowledged (false).</summary>
    public Action<bool>? Counting { get; init; }

    /// <summary>Whether the producer is idempotent: librdkafka's then sends one request at a time.</summary>
    public bool Idempotent { get; init; } = true;

    /// <summary>Runs, and answers the time to the acknowledgement (of every 16th record) and to the receipt.</summary>
    /// <exception cref="BenchException">Records are missing, or were refused.</exception>
    public async Task<(Latency Acknowledged, Latency EndToEnd)> RunAsync()
    {
        using var ready = new ManualResetEventSlim();
        var receiving = Task.Factory.StartNew(
            () => Receive(ready), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        ready.Wait(Patience);
        await SendAsync(receiving);
        await receiving;
        return (Latency.Of(_acknowledged), Latency.Of(_endToEnd));
    }

    private async Task SendAsync(Task receiving)
    {
        using var producer = Clients.Producer(cluster.Settings(
            ("acks", "all"), ("enable.idempotence", Idempotent ? "true" : "false"), ("linger.ms", "1"), ("partitioner", "murmur2_random")));
        var message = new Message<byte[], byte[]> { Key = new byte[8], Value = new byte[size] };
        Greet(producer, message);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var start = Stopwatch.GetTimestamp();
        var to = new TopicPartition(input.Name, Partition.Any);
        for (var sent = 0; sent < _total && !receiving.IsFaulted;)
        {
            await timer.WaitForNextTickAsync();
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (_firstCounted == NotKnown && (_flows || elapsed > LongestWarmUp))
            {
                Counting?.Invoke(true);
                (_firstCounted, _total) = (sent, sent + (int)(duration.TotalSeconds * rate));
            }

            var due = Math.Min(_total, (int)(elapsed.TotalSeconds * rate));
            for (; sent < due; sent++)
            {
                var now = Stopwatch.GetTimestamp();
                BinaryPrimitives.WriteInt32BigEndian(message.Key, sent);
                Stamp.Write(message.Value, new(now, sent));
                producer.Send(
                    to,
                    message,
                    sent >= _firstCounted && sent % AcknowledgementSample == 0 ? report => OnAcknowledged(report, now) : null);
            }
        }

        while (producer.Flush(Patience) > 0)
        {
        }

        Counting?.Invoke(false);
    }

    /// <summary>Writes one record to each partition and waits until they are acknowledged.</summary>
    private void Greet(IProducer<byte[], byte[]> producer, Message<byte[], byte[]> message)
    {
        Stamp.Write(message.Value, new(Stopwatch.GetTimestamp(), Greeting));
        for (var partition = 0; partition < input.Partitions; partition++)
            producer.Send(new TopicPartition(input.Name, partition), message);
        while (producer.Flush(Patience) > 0)
        {
        }
    }

    private void OnAcknowledged(DeliveryReport<byte[], byte[]> report, long sent)
    {
        if (!report.Error.IsError)
            _acknowledged.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
    }

    private void Receive(ManualResetEventSlim ready)
    {
        using var consumer = new ConsumerBuilder<Ignore, Stamp>(cluster.Settings(
            ("group.id", cluster.Unique("latency")),
            ("enable.auto.commit", "false"),
            ("isolation.level", "read_committed"),
            ("enable.partition.eof", "true"),
            ("fetch.error.backoff.ms", "5"),
            ("queued.min.messages", "1000000"),
            ("dotnet.consumer.consume.result.fields", "none")))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .SetValueDeserializer(new StampReader())
            .Build();
        consumer.Assign(Enumerable.Range(0, output.Partitions).Select(p => new TopicPartitionOffset(output.Name, p, 0)));
        for (int received = 0, ends = 0; received < _total;)
        {
            var result = consumer.Consume(Patience)
                ?? throw new BenchException($"Of the records that were sent, {received} came, and none more within {Patience}.");
            if (result.IsPartitionEOF)
            {
                if (++ends == output.Partitions)
                    ready.Set();
                continue;
            }

            var (sent, number) = result.Message.Value;
            if (number == Greeting)
                continue;
            received++;
            var latency = Stopwatch.GetElapsedTime(sent);
            if (number >= _firstCounted)
                _endToEnd.Add(latency.TotalMilliseconds);
            else if (number >= WarmUp.TotalSeconds * rate && latency < Prompt)
                _flows = true;
        }
    }

    /// <summary>What a record says of itself at the beginning of its value.</summary>
    private readonly record struct Stamp(long Sent, int Number)
    {
        public static void Write(byte[] value, in Stamp stamp)
        {
            BinaryPrimitives.WriteInt64BigEndian(value, stamp.Sent);
            BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(8), stamp.Number);
        }

        public static Stamp Read(ReadOnlySpan<byte> value) =>
            new(BinaryPrimitives.ReadInt64BigEndian(value), BinaryPrimitives.ReadInt32BigEndian(value[8..]));
    }

    /// <summary>Takes the stamp out of a value without a copy of it.</summary>
    private sealed class StampReader : IDeserializer<Stamp>
    {
        public Stamp Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => Stamp.Read(data);
    }
}
