using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Confluent.Kafka;
using MedStreams.Bench.Support;
using MedStreams.Monitoring;

namespace MedStreams.Streams.Bench;

/// <summary>
/// Queries for single keys of W3's store at a steady rate, in the process and over HTTP, while the topology counts records that
/// keep coming. A query's time begins when it is due, so one that waits for another counts its wait.
/// </summary>
internal sealed class QueryRuns(BenchOptions options, Report report, Cluster cluster)
{
    private const int Rate = 2_000;
    private const int RecordsPerSecond = 20_000;
    private const int Workers = 8;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public async Task RunAsync()
    {
        var input = await cluster.CreateTopicAsync("query-in", 4);
        var output = await cluster.CreateTopicAsync("query-out", 4);
        new Filling(Workload.Keys, AppLine.Lines(100), Workload.Keys, TimeSpan.Zero).Pour(cluster, input);
        var guarantee = new Guarantee(ExactlyOnce: true, TimeSpan.FromMilliseconds(100));
        await using var engine = new Engine(
            cluster, Workload.Count(new Topics(input, input, output), "counts"), guarantee, 1, options.Data);
        await engine.StartAsync();
        while (!Enumerable.Range(0, 1000).All(n => Ask(engine.Streams, KeyOf(n * (Workload.Keys / 1000)))))
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        using var stop = new CancellationTokenSource();
        var producing = ProduceAsync(input, stop.Token);
        await MeasureAsync("in process", key => Ask(engine.Streams, key));
        await using (var server = await InstanceServer.StartAsync(
            engine.Streams, "", new InstanceServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }))
        {
            using var client = new HttpClient { BaseAddress = server.Address };
            await MeasureAsync("over HTTP", key => Ask(client, key));
        }

        await stop.CancelAsync();
        await producing;
        await cluster.DeleteTopicsAsync(input, output);
    }

    private async Task MeasureAsync(string how, Func<string, bool> ask)
    {
        var start = Stopwatch.GetTimestamp();
        var end = WarmUp + TimeSpan.FromSeconds(options.Seconds ?? 5);
        var all = await Task.WhenAll(Enumerable.Range(0, Workers).Select(
            w => Task.Factory.StartNew(() => Work(w, start, end, ask), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var latency = Latency.Of(all.SelectMany(l => l));
        var name = string.Create(CultureInfo.InvariantCulture, $"Q1 queries {how}, {Rate:#,0}/s beside {RecordsPerSecond:#,0} records/s");
        report.Add(new("Streams", name, latency.P50, "ms p50"));
        report.Add(new("Streams", name, latency.P99, "ms p99"));
    }

    private static List<double> Work(int worker, long start, TimeSpan end, Func<string, bool> ask)
    {
        var latencies = new List<double>();
        for (var i = 0; ; i++)
        {
            var due = TimeSpan.FromSeconds(((double)i * Workers + worker) / Rate);
            if (due > end)
                return latencies;
            Pace.WaitUntil(start + (long)(due.TotalSeconds * Stopwatch.Frequency));
            if (!ask(KeyOf((int)(((long)i * Workers + worker) * 7_919 % Workload.Keys))))
                throw new BenchException("A key that was counted has no value.");
            if (due >= WarmUp)
                latencies.Add((Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds);
        }
    }

    private static bool Ask(KafkaStreams streams, string key)
    {
        var partition = streams.QueryMetadataForKey("counts", key, Serdes.String).Partition;
        var request = StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>(key)).WithPartitions(partition);
        return streams.Query(request).PartitionResults[partition].Result is not null;
    }

    private static bool Ask(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/queries/counts", UriKind.Relative));
        request.Content = new StringContent($"{{\"key\":\"{key}\"}}", Encoding.UTF8, "application/json");
        using var response = client.Send(request);
        response.Content.ReadAsStream().Dispose();
        return response.IsSuccessStatusCode;
    }

    private async Task ProduceAsync(BenchTopic input, CancellationToken stop)
    {
        using var producer = Clients.Producer(cluster.Settings(("partitioner", "murmur2_random"), ("linger.ms", "5")));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var (start, value, sent) = (Stopwatch.GetTimestamp(), AppLine.Lines(100)[0], 0L);
        while (!stop.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            for (var due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * RecordsPerSecond); sent < due; sent++)
            {
                var key = Encoding.ASCII.GetBytes(KeyOf((int)(sent * 31 % Workload.Keys)));
                producer.Send(new Confluent.Kafka.TopicPartition(input.Name, Partition.Any), new Message<byte[], byte[]> { Key = key, Value = value });
            }
        }

        producer.Flush(TimeSpan.FromSeconds(10));
    }

    private static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"k{number:00000000}");
}
