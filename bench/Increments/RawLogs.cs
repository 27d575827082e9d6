using System.Text;
using Confluent.Kafka;
using MedStreams.Bench.Support;
using MedStreams.Cli.Demo;
using MedStreams.Cli.Demo.Traffic;
using MedStreams.Topologies.Increments;

namespace MedStreams.Increments.Bench;

/// <summary>The demo's made-up hospital logs in a topic, counted a second time in memory.</summary>
internal sealed class RawLogs(IncrementsOptions options)
{
    private const int Seed = 5;
    private readonly Dictionary<string, Headers> _headers = new(StringComparer.Ordinal);

    /// <summary>What the job must make of them.</summary>
    public ExpectedIncrements Expected { get; } = new(options);

    /// <summary>The bytes of all values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Fills the topic.</summary>
    /// <exception cref="BenchException">Not all records arrived.</exception>
    public void Pour(Cluster cluster, BenchTopic topic, int records)
    {
        using var producer = Clients.Producer(cluster.Settings(
            ("partitioner", "murmur2_random"),
            ("linger.ms", "20"),
            ("enable.idempotence", "true"),
            ("dotnet.producer.enable.delivery.reports", "false")));
        var to = new TopicPartition(topic.Name, Partition.Any);
        foreach (var record in new HospitalTraffic(Seed).Records(records))
        {
            var key = Encoding.UTF8.GetBytes(record.Key);
            Expected.Add(key, record.Value, record.Timestamp, record.Source);
            Bytes += record.Value.Length;
            producer.Send(to, new Message<byte[], byte[]>
            {
                Key = key,
                Value = record.Value,
                Timestamp = new Timestamp(record.Timestamp, TimestampType.CreateTime),
                Headers = HeadersOf(record),
            });
        }

        while (producer.Flush(TimeSpan.FromSeconds(10)) > 0)
        {
        }

        var arrived = cluster.Ends(topic).Values.Sum();
        if (arrived != records)
            throw new BenchException($"{topic.Name} holds {arrived} records instead of {records}.");
    }

    private Headers HeadersOf(DemoRecord record)
    {
        if (!_headers.TryGetValue(record.Source, out var headers))
            _headers.Add(record.Source, headers = new Headers { { Replay.SourceHeader, Encoding.UTF8.GetBytes(record.Source) } });
        return headers;
    }
}
