using System.Runtime.InteropServices;
using Confluent.Kafka;
using MedStreams.Bench.Support;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.Broker.Bench;

/// <summary>
/// How long the broker takes to start with 10 GiB of log: after an orderly stop, and after it was killed at full load. The
/// files are put out of the page cache before each start.
/// </summary>
internal sealed partial class StartupRun(BenchOptions options, Report report)
{
    private const int Size = 1000;
    private const int Partitions = 16;
    private const int Starts = 3;
    private const int DontNeed = 4; // POSIX_FADV_DONTNEED
    private const long MoreBytes = 512L << 20;
    private const double Gibi = 1 << 30;
    private readonly int _records = options.Records ?? 10_900_000;

    /// <summary>Runs, and reports.</summary>
    public async Task RunAsync()
    {
        await using var broker = await BrokerProcess.StartAsync(options.Data, options.Fsync);
        BenchTopic topic;
        using (var cluster = new Cluster(broker.BootstrapServers))
        {
            topic = await cluster.CreateTopicAsync("startup", Partitions);
            using var producer = Producer(cluster);
            Report.Progress($"{Target.Bench}: filling a topic with {_records:#,0} records of {Size} B");
            Write(producer, topic, _records);
            Flush(producer);
        }

        var orderly = new List<double>();
        for (var start = 0; start < Starts; start++)
        {
            await broker.StopAsync();
            orderly.Add(await StartAsync(broker));
        }

        var killed = new List<double>();
        for (var start = 0; start < Starts; start++)
        {
            // More than a recovery point lets be read again, and the kill comes while records are on their way.
            using var cluster = new Cluster(broker.BootstrapServers);
            using var producer = Producer(cluster);
            Write(producer, topic, (int)(MoreBytes / Size));
            await broker.KillAsync();
            killed.Add(await StartAsync(broker));
        }

        var name = $"startup {Length(broker) / Gibi:0.0} GiB of log";
        report.Add(new(Target.Bench, $"{name}, after an orderly stop", Statistics.Median(orderly), "s", 2, "the aim"));
        report.Add(new(Target.Bench, $"{name}, after a kill", Statistics.Median(killed), "s", 10, "the aim"));
        report.Add(new(Target.Bench, $"{name}, after a kill at worst", killed.Max(), "s", 10, "the aim"));
    }

    private static async Task<double> StartAsync(BrokerProcess broker)
    {
        foreach (var path in Directory.EnumerateFiles(broker.Folder, "*", SearchOption.AllDirectories))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (FAdvise(file, 0, 0, DontNeed) != 0)
                throw new BenchException($"{path} could not be put out of the page cache.");
        }

        await broker.RestartAsync();
        return broker.StartTime.TotalSeconds;
    }

    private static IProducer<byte[], byte[]> Producer(Cluster cluster) => Clients.Producer(cluster.Settings(
        ("enable.idempotence", "true"),
        ("linger.ms", "20"),
        ("message.timeout.ms", "5000"),
        ("queue.buffering.max.kbytes", "131072"),
        ("dotnet.producer.enable.delivery.reports", "false")));

    private static void Write(IProducer<byte[], byte[]> producer, BenchTopic topic, int records)
    {
        var values = Filling.RandomValues(Size);
        var message = new Message<byte[], byte[]>();
        for (var i = 0; i < records; i++)
        {
            message.Value = values[i % values.Count];
            producer.Send(new TopicPartition(topic.Name, i % topic.Partitions), message);
        }
    }

    private static void Flush(IProducer<byte[], byte[]> producer)
    {
        while (producer.Flush(TimeSpan.FromSeconds(10)) > 0)
        {
        }
    }

    private static long Length(BrokerProcess broker) =>
        Directory.EnumerateFiles(broker.Folder, "*.log", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int FAdvise(SafeFileHandle file, long offset, long length, int advice);
}
