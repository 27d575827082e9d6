using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using MedStreams.Monitoring.Metrics;
using MedStreams.Streams;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Metrics;

/// <summary>Debian's Prometheus reads what a broker, an instance and a monitor tell.</summary>
public sealed partial class PrometheusTests : IAsyncLifetime
{
    private static readonly HttpClient Http = new();
    private static readonly string Docker = Path.Combine(Repository.Root, "docker");
    private HttpCluster _cluster = null!;
    private MonitorServer _monitor = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await HttpCluster.StartAsync(2);
        _monitor = await MonitorServer.StartAsync(
            new MonitorServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Clusters = [Clusters.Of(_cluster.BootstrapServers)] },
            TimeProvider.System,
            NullLoggerFactory.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _monitor.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say_about_the_metrics()
    {
        Require("promtool");
        await RunAnInstanceAsync();
        var (code, said) = await RunAsync("promtool", Docker, await ScrapeAsync(), "check", "metrics");
        Assert.Equal((0, ""), (code, said));
    }

    [Fact]
    public async Task The_alert_rules_hold_what_they_promise()
    {
        Require("promtool");
        var folder = Path.Combine(Docker, "prometheus");
        var (code, said) = await RunAsync("promtool", folder, "", "test", "rules", "medstreams.rules.test.yml");
        Assert.True(code == 0, said);
        (code, said) = await RunAsync("promtool", folder, "", "check", "config", "prometheus.yml");
        Assert.True(code == 0, said);
    }

    [Fact]
    public async Task Rules_and_dashboards_use_metrics_that_exist()
    {
        await RunAnInstanceAsync();
        var known = Names(await ScrapeAsync()).ToHashSet(StringComparer.Ordinal);
        using (var listener = new MeterListener())
        {
            // Counters that nothing was counted on are not told yet.
            listener.InstrumentPublished = (instrument, _) => known.Add(new InstrumentValues(instrument).Name.Text);
            listener.Start();
        }

        var used = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Docker, "grafana"), "*.json"))
        {
            using var dashboard = JsonDocument.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            var root = dashboard.RootElement;
            used.AddRange(root.GetProperty("panels").EnumerateArray().SelectMany(p => p.GetProperty("targets").EnumerateArray()).Select(t => t.GetProperty("expr").GetString()!));
            used.AddRange(root.GetProperty("templating").GetProperty("list").EnumerateArray().Select(v => v.GetProperty("query"))
                .Where(q => q.ValueKind == JsonValueKind.Object).Select(q => q.GetProperty("query").GetString()!));
        }

        used.AddRange((await File.ReadAllLinesAsync(Path.Combine(Docker, "prometheus", "medstreams.rules.yml"), TestContext.Current.CancellationToken))
            .Where(l => l.Contains("expr:", StringComparison.Ordinal)));
        var names = used.SelectMany(e => Metric().Matches(e).Select(m => m.Value)).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(names.Count > 25, string.Join(' ', names));
        Assert.DoesNotContain(names, n => !known.Contains(n) && !known.Contains(Suffix().Replace(n, "")));
    }

    [Fact]
    public async Task Prometheus_scrapes_the_monitor_and_a_rule_fires()
    {
        Require("prometheus");
        _cluster.Produce(Enumerable.Range(0, 20).Select(i => ($"{i}", "v")));
        Commit("his", 1);
        var folder = Directory.CreateTempSubdirectory("medstreams-prometheus-").FullName;
        var rules = await File.ReadAllTextAsync(Path.Combine(Docker, "prometheus", "medstreams.rules.yml"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "rules.yml"), Wait().Replace(rules, "for: 0s"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), $"""
            global:
              scrape_interval: 200ms
              scrape_timeout: 200ms
              evaluation_interval: 200ms
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: medstreams-monitor
                static_configs: [{"{"} targets: ["{_monitor.Address.Authority}"] {"}"}]
            """, TestContext.Current.CancellationToken);
        var address = $"127.0.0.1:{HttpCluster.FreePort()}";
        using var prometheus = Start("prometheus", folder, "--config.file=prometheus.yml", $"--web.listen-address={address}", "--storage.tsdb.path=data");
        try
        {
            await Eventually.Holds(async () => (await AskAsync(address, "targets")).Contains("\"health\":\"up\"", StringComparison.Ordinal));
            await Eventually.Holds(async () => (await AskAsync(address, "query?query=kafka_consumergroup_group_sum_lag")).Contains("\"group\":\"his\"", StringComparison.Ordinal));

            // The group does not commit any more: it stands still once its window's length is over.
            Commit("his", 1);
            await Eventually.Holds(async () => (await AskAsync(address, "alerts")).Contains("GroupStandsStill", StringComparison.Ordinal));
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Names(string text) =>
        text.Split('\n').Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]);

    private static async Task<string> AskAsync(string address, string what)
    {
        try
        {
            return await Http.GetStringAsync(new Uri($"http://{address}/api/v1/{what}"));
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private static void Require(string program) =>
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(f => File.Exists(Path.Combine(f, program))), $"not run: there is no {program}");

    private static Process Start(string program, string folder, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        if (program == "prometheus")
        {
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        return process;
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, string folder, string input, params string[] arguments)
    {
        using var process = Start(program, folder, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Everything that the processes of a hospital tell, as one: broker, instance and monitor are one process here.</summary>
    private async Task<string> ScrapeAsync() => await Http.GetStringAsync(new Uri(_monitor.Address, "/metrics"));

    private async Task RunAnInstanceAsync()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").GroupByKey().Count().ToStream().ForEach((_, _) => { });
        await _cluster.AddAsync(builder.Build(), "one");
        _cluster.Produce([("a", "1"), ("b", "2")]);
        await Eventually.Holds(async () => (await ScrapeAsync()).Contains("kafka_consumergroup_group_offset{cluster_name=\"local\",group=\"app\"", StringComparison.Ordinal));
        await Eventually.Holds(async () => (await ScrapeAsync()).Contains("kafka_streams_stream_task_metrics_process_rate", StringComparison.Ordinal));
    }

    private void Commit(string group, long offset)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = _cluster.BootstrapServers, GroupId = group }).Build();
        consumer.Commit([new TopicPartitionOffset("in", 0, offset)]);
    }

    [GeneratedRegex(@"\b(kafka|medstreams|dotnet)_[a-z0-9_]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Suffix();

    [GeneratedRegex("for: [0-9]+m", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Wait();
}
