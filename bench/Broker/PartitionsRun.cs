using Confluent.Kafka;
using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>
/// 10,000 partitions, each of them written to: the broker's memory then, after an orderly stop and a start, and after a kill and a
/// start; and how long these take.
/// </summary>
internal sealed class PartitionsRun(BenchOptions options, Report report)
{
    private const int Topics = 10;
    private const int Size = 100;
    private const double Mebi = 1 << 20;
    private readonly int _partitions = options.Partitions.Count > 0 ? options.Partitions[0] : 10_000;

    /// <summary>Runs, and reports.</summary>
    public async Task RunAsync()
    {
        await using var broker = await BrokerProcess.StartAsync(options.Data, options.Fsync);
        var empty = broker.ResidentBytes / Mebi;
        var topics = Enumerable.Range(0, Topics)
            .Select(t => new BenchTopic($"partitions-{t}", _partitions / Topics))
            .ToArray();
        using (var cluster = new Cluster(broker.BootstrapServers))
        {
            foreach (var topic in topics)
                await cluster.CreateAsync(topic);
            Write(cluster, topics);
        }

        Add("written", broker);
        report.Add(new(Target.Bench, Name("written, for each"), (broker.ResidentBytes / Mebi - empty) * 1024 / _partitions, "KiB RSS", 1024.0 * 1024 / _partitions, "the aim"));
        var stopped = await broker.StopAsync();
        await broker.RestartAsync();
        Add("after an orderly stop", broker);
        report.Add(new(Target.Bench, Name("orderly stop"), stopped.TotalSeconds, "s", 1, "a second"));
        report.Add(new(Target.Bench, Name("start after an orderly stop"), broker.StartTime.TotalSeconds, "s", 2, "the aim for 10 GiB"));
        using (var cluster = new Cluster(broker.BootstrapServers))
            Write(cluster, topics);
        await broker.KillAsync();
        await broker.RestartAsync();
        Add("after a kill", broker);
        report.Add(new(Target.Bench, Name("start after a kill"), broker.StartTime.TotalSeconds, "s", 10, "the aim for 10 GiB"));
    }

    private static void Write(Cluster cluster, BenchTopic[] topics)
    {
        using var producer = Clients.Producer(cluster.Settings(
            ("enable.idempotence", "true"),
            ("linger.ms", "5"),
            ("message.timeout.ms", "600000"),
            ("dotnet.producer.enable.delivery.reports", "false")));
        var message = new Message<byte[], byte[]> { Value = new byte[Size] };
        foreach (var topic in topics)
        {
            for (var partition = 0; partition < topic.Partitions; partition++)
                producer.Send(new TopicPartition(topic.Name, partition), message);
        }

        while (producer.Flush(TimeSpan.FromSeconds(10)) > 0)
        {
        }
    }

    private void Add(string when, BrokerProcess broker) =>
        report.Add(new(Target.Bench, Name(when), broker.ResidentBytes / Mebi, "MiB RSS", 1024, "the aim"));

    private string Name(string what) => $"partitions {_partitions:#,0}, {what}";
}
