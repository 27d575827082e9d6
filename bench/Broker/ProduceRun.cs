using System.Diagnostics;
using Confluent.Kafka;
using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>Records a second, and bytes of values a second, over a time.</summary>
internal readonly record struct Rate(double Records, double Bytes, TimeSpan Elapsed);

/// <summary>
/// One librdkafka producer with acks=all at full speed, over all partitions of a topic in turn. It begins with one record for each
/// partition, since a new producer of librdkafka holds its first records back for up to a second.
/// </summary>
internal sealed class ProduceRun : IDisposable
{
    /// <summary>Most bytes of one run, so that fast disks are not filled.</summary>
    private const long MostBytes = 1L << 30;

    private readonly Cluster _cluster;
    private readonly BenchTopic _topic;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly IReadOnlyList<byte[]> _values;
    private readonly TopicPartition[] _to;
    private readonly int _size;

    /// <summary>A producer that is ready.</summary>
    /// <param name="cluster">The broker.</param>
    /// <param name="topic">Where records go.</param>
    /// <param name="size">The bytes of a record's value.</param>
    /// <param name="idempotent">Whether it is idempotent: librdkafka then has one request on its way at a time, else as many as it likes.</param>
    public ProduceRun(Cluster cluster, BenchTopic topic, int size, bool idempotent)
    {
        (_cluster, _topic, _size) = (cluster, topic, size);
        _producer = Clients.Producer(cluster.Settings(
            ("acks", "all"),
            ("enable.idempotence", idempotent ? "true" : "false"),
            ("linger.ms", "5"),
            ("queue.buffering.max.messages", "500000"),
            ("queue.buffering.max.kbytes", "131072"),
            ("dotnet.producer.enable.delivery.reports", "false")));
        _values = Filling.RandomValues(size);
        _to = [.. Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartition(topic.Name, p))];
        foreach (var partition in _to)
            _producer.Send(partition, new Message<byte[], byte[]> { Value = _values[0] });
        Flush();
    }

    /// <summary>Sends for a time; the clock runs until everything is acknowledged.</summary>
    /// <exception cref="BenchException">Not everything was written.</exception>
    public Rate Run(TimeSpan duration)
    {
        var message = new Message<byte[], byte[]>();
        var most = MostBytes / _size;
        long sent = 0;
        var start = Stopwatch.GetTimestamp();
        for (; sent < most && (sent % 256 != 0 || Stopwatch.GetElapsedTime(start) < duration); sent++)
        {
            message.Value = _values[(int)(sent % _values.Count)];
            _producer.Send(_to[sent % _to.Length], message);
        }

        Flush();
        var elapsed = Stopwatch.GetElapsedTime(start);
        var written = _cluster.Ends(_topic).Values.Sum() - _to.Length;
        return written == sent
            ? new Rate(sent / elapsed.TotalSeconds, sent * _size / elapsed.TotalSeconds, elapsed)
            : throw new BenchException($"{_topic.Name} holds {written} of {sent} records.");
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private void Flush()
    {
        while (_producer.Flush(TimeSpan.FromSeconds(10)) > 0)
        {
        }
    }
}
