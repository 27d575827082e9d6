using System.Buffers.Binary;
using System.Diagnostics;
using Confluent.Kafka;

namespace MedStreams.Bench.Support;

/// <summary>Latencies in milliseconds.</summary>
/// <param name="P50">The median.</param>
/// <param name="P99">The 99th percentile.</param>
public sealed record Latency(double P50, double P99)
{
    /// <summary>The latencies of single runs, in any order.</summary>
    /// <exception cref="BenchException">There are none.</exception>
    public static Latency Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        if (sorted.Length == 0)
            throw new BenchException("Nothing came through.");
        return new Latency(Statistics.Percentile(sorted, 0.5), Statistics.Percentile(sorted, 0.99));
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
/// warm-up: at least a second of them, and until one comes through promptly.
/// </remarks>
public sealed class LatencyProbe(Cluster cluster, BenchTopic input, BenchTopic output, int rate, TimeSpan duration, int size = 100)
{
    private const int AcknowledgementSample = 16;
    private const int NotKnown = int.MaxValue;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<double> _endToEnd = [];
    private readonly List<double> _acknowledged = [];
    private volatile bool _flows;
    private volatile int _firstCounted = NotKnown;
    private volatile int _total = NotKnown;

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
            ("enable.idempotence", "true"), ("linger.ms", "1"), ("partitioner", "murmur2_random")));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var start = Stopwatch.GetTimestamp();
        var to = new TopicPartition(input.Name, Partition.Any);
        var (key, value) = (new byte[8], new byte[size]);
        for (var sent = 0; sent < _total && !receiving.IsFaulted;)
        {
            await timer.WaitForNextTickAsync();
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (_firstCounted == NotKnown && (_flows || elapsed > LongestWarmUp))
                (_firstCounted, _total) = (sent, sent + (int)(duration.TotalSeconds * rate));
            var due = Math.Min(_total, (int)(elapsed.TotalSeconds * rate));
            for (; sent < due; sent++)
            {
                var now = Stopwatch.GetTimestamp();
                BinaryPrimitives.WriteInt32BigEndian(key, sent);
                BinaryPrimitives.WriteInt64BigEndian(value, now);
                BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(8), sent);
                producer.Send(
                    to,
                    new Message<byte[], byte[]> { Key = key, Value = value },
                    sent >= _firstCounted && sent % AcknowledgementSample == 0 ? report => OnAcknowledged(report, now) : null);
            }
        }

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
        using var consumer = Clients.Consumer<byte[], byte[]>(cluster.Settings(
            ("group.id", cluster.Unique("latency")),
            ("enable.auto.commit", "false"),
            ("isolation.level", "read_committed"),
            ("enable.partition.eof", "true"),
            ("fetch.error.backoff.ms", "5"),
            ("queued.min.messages", "1000000")));
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

            received++;
            var value = result.Message.Value;
            var number = BinaryPrimitives.ReadInt32BigEndian(value.AsSpan(8));
            var latency = Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64BigEndian(value));
            if (number >= _firstCounted)
                _endToEnd.Add(latency.TotalMilliseconds);
            else if (number >= WarmUp.TotalSeconds * rate && latency < Prompt)
                _flows = true;
        }
    }
}
