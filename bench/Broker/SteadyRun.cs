using System.Globalization;
using System.Text;
using Confluent.Kafka;
using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>
/// A day's records of a hospital, 200 a second, pushed through in minutes: they are produced to one topic, copied to a second
/// by transactions, and each fourth goes to a compacted topic of 100,000 keys and to an archive. Their timestamps span the last 24
/// hours. The first two topics keep 64 MiB of a partition, the archive 6 hours, so segments are removed and compacted all the
/// time. The broker's memory in the last quarter is compared with that in the second.
/// </summary>
internal sealed class SteadyRun(BenchOptions options, Report report)
{
    private const int RecordsOfADay = 200 * 24 * 3600;
    private const int Size = 100;
    private const int Keys = 100_000;
    private const int Partitions = 4;
    private const int EachForOthers = 4;
    private const int CheckEvery = 50_000;
    private const long MostLag = 500_000;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly int _records = options.Records ?? RecordsOfADay;
    private readonly List<(double Done, double Resident)> _samples = [];
    private long _sent;

    /// <summary>Runs, and reports.</summary>
    public async Task RunAsync()
    {
        await using var broker = await BrokerProcess.StartAsync(options.Data, new BrokerSetup
        {
            Fsync = options.Fsync,
            RetentionCheckInterval = TimeSpan.FromSeconds(1),
            CompactionInterval = TimeSpan.FromSeconds(1),
        });
        using var cluster = new Cluster(broker.BootstrapServers);
        var topics = await CreateTopicsAsync(cluster);
        using var ended = new CancellationTokenSource();
        var sampling = SampleAsync(broker, ended.Token);
        double second;
        var usage = Usage.Begin();
        await using (var loop = new BareLoop(cluster, topics.Events, topics.Copies, new(ExactlyOnce: true, TimeSpan.FromMilliseconds(100)), "steady"))
        {
            await loop.StartAsync();
            using var producer = Clients.Producer(cluster.Settings(
                ("enable.idempotence", "true"),
                ("linger.ms", "5"),
                ("queue.buffering.max.messages", "500000"),
                ("dotnet.producer.enable.delivery.reports", "false")));
            await SendAsync(producer, cluster, loop, topics, _records / 2);
            second = (await broker.UsageAsync(collect: true)).ManagedBytes;
            await SendAsync(producer, cluster, loop, topics, _records);
            await CaughtUpAsync(cluster, loop, topics.Copies, 0);
        }

        var elapsed = usage.End().Elapsed;
        await ended.CancelAsync();
        await sampling;
        await ReportAsync(broker, second, elapsed);
    }

    private static async Task<Topics> CreateTopicsAsync(Cluster cluster)
    {
        var bySize = new Dictionary<string, string>
        {
            ["retention.bytes"] = Text(64 << 20),
            ["segment.bytes"] = Text(16 << 20),
            ["file.delete.delay.ms"] = "1000",
        };
        var byTime = new Dictionary<string, string>
        {
            ["retention.ms"] = Text(TimeSpan.FromHours(6).TotalMilliseconds),
            ["segment.bytes"] = Text(16 << 20),
            ["file.delete.delay.ms"] = "1000",
        };
        var compacted = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact",
            ["segment.bytes"] = Text(16 << 20),
            ["delete.retention.ms"] = "1000",
            ["file.delete.delay.ms"] = "1000",
        };
        var topics = new Topics(Topic("events"), Topic("copies"), Topic("state"), Topic("archive"));
        await cluster.CreateAsync(topics.Events, bySize);
        await cluster.CreateAsync(topics.Copies, bySize);
        await cluster.CreateAsync(topics.State, compacted);
        await cluster.CreateAsync(topics.Archive, byTime);
        return topics;

        BenchTopic Topic(string name) => new(cluster.Unique(name), Partitions);
    }

    private async Task SendAsync(
        IProducer<byte[], byte[]> producer, Cluster cluster, BareLoop loop, Topics topics, long until)
    {
        var values = Filling.RandomValues(Size);
        var keys = Enumerable.Range(0, Keys)
            .Select(key => Encoding.ASCII.GetBytes(key.ToString("00000000", CultureInfo.InvariantCulture)))
            .ToArray();
        var to = new TopicPartition(topics.Events.Name, Partition.Any);
        var others = new[] { topics.State, topics.Archive }.Select(topic => new TopicPartition(topic.Name, Partition.Any)).ToArray();
        var start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - (long)Day.TotalMilliseconds;
        var message = new Message<byte[], byte[]>();
        for (; _sent < until; _sent++)
        {
            message.Key = keys[(int)(_sent * 7_919 % Keys)];
            message.Value = values[(int)(_sent % values.Count)];
            message.Timestamp = new(start + (long)(Day.TotalMilliseconds * _sent / _records), TimestampType.CreateTime);
            producer.Send(to, message);
            foreach (var other in _sent % EachForOthers == 0 ? others : [])
                producer.Send(other, message);
            if (_sent % CheckEvery == 0)
                await CaughtUpAsync(cluster, loop, topics.Copies, MostLag);
        }

        while (producer.Flush(TimeSpan.FromSeconds(10)) > 0)
        {
        }
    }

    /// <summary>Waits until the copies are near enough, so that nothing is removed before it was copied.</summary>
    private async Task CaughtUpAsync(Cluster cluster, BareLoop loop, BenchTopic copies, long lag)
    {
        // Each transaction's marker takes an offset too, so the copies' ends are ahead of their records.
        while (cluster.Ends(copies).Values.Sum() < _sent - lag)
        {
            if (loop.Failure.IsCompleted)
                await loop.Failure;
            await Task.Delay(Interval);
        }
    }

    private async Task SampleAsync(BrokerProcess broker, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
                _samples.Add(((double)Volatile.Read(ref _sent) / _records, broker.ResidentBytes));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private async Task ReportAsync(BrokerProcess broker, double secondManaged, TimeSpan elapsed)
    {
        const double Mebi = 1 << 20;
        var name = $"steady {_records:#,0} records of a day in {elapsed.TotalSeconds:0} s";
        var pushed = _records * (2 + (2.0 / EachForOthers)) * Size;
        var left = Directory.EnumerateFiles(broker.Folder, "*.log", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length);
        var managed = (double)(await broker.UsageAsync(collect: true)).ManagedBytes;
        Report.Progress($"{name}: MiB RSS by eighths: " + string.Join(
            ", ", Enumerable.Range(0, 8).Select(i => (Median(i / 8.0, (i + 1) / 8.0) / Mebi).ToString("0", CultureInfo.InvariantCulture))));
        report.Add(new(Target.Bench, name, Median(0.75, 1.01) / Mebi, "MiB RSS, last quarter", Median(0.25, 0.5) / Mebi, "the second quarter's"));
        report.Add(new(Target.Bench, name, _samples.Max(s => s.Resident) / Mebi, "MiB RSS at most", Median(0.25, 0.5) / Mebi, "the second quarter's"));
        report.Add(new(Target.Bench, name, managed / Mebi, "MiB managed at the end", secondManaged / Mebi, "that at half time"));
        report.Add(new(Target.Bench, name, left / Mebi, "MiB of log left", pushed / Mebi, "what was produced"));
    }

    private double Median(double from, double to)
    {
        var samples = _samples.Where(sample => sample.Done >= from && sample.Done < to).Select(sample => sample.Resident).ToList();
        return samples.Count > 0 ? Statistics.Median(samples) : throw new BenchException("The run was too short to compare its quarters.");
    }

    private sealed record Topics(BenchTopic Events, BenchTopic Copies, BenchTopic State, BenchTopic Archive);

    private static string Text(double number) => number.ToString("0", CultureInfo.InvariantCulture);
}
