using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using MedStreams.Bench.Support;
using MedStreams.Monitoring.Page;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Bench;

/// <summary>
/// Many pages that are open at once, over a state of 500 groups that all move each second: what it costs in time of the processor, memory and bytes. Readers and server
/// are one process, so the server alone costs less.
/// </summary>
internal sealed partial class PageRun(Report report)
{
    private const string Bench = "Monitoring";
    private const string Name = "page of 500 groups";
    private const int Groups = 500;
    private const int Pages = 200;
    private const string Password = "bench bench bench";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    /// <summary>Runs, and reports.</summary>
    public async Task RunAsync()
    {
        await using var server = await PageServer.StartAsync(
            new PageServerOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Title = "bench",
                Users = [new PageUser("bench", PasswordHash.Of(Password, PasswordHash.MinIterations), PageRole.Viewer, SeesPatientData: false)],
                Content = new PageContent { Parts = [new MovingLag()] },
            },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        using var client = await LogInAsync(server.Address);
        var idle = await MeasureAsync(client, 0);
        var one = await MeasureAsync(client, 1);
        var many = await MeasureAsync(client, Pages);
        report.Add(new(Bench, $"{Name}: no page open", idle.Processor, "cores"));
        report.Add(new(Bench, $"{Name}: one page open", one.Processor, "cores"));
        report.Add(new(Bench, $"{Name}: {Pages} pages open", many.Processor, "cores"));
        report.Add(new(Bench, $"{Name}: {Pages} pages open", many.Bytes / 1e6, "MB/s"));
        report.Add(new(Bench, $"{Name}: memory for each of {Pages} pages", Math.Max(0, many.Memory - idle.Memory) / 1e3 / Pages, "kB"));
    }

    private static async Task<HttpClient> LogInAsync(Uri address)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Pages + 10, UseCookies = true }) { BaseAddress = address };
        var form = await client.GetStringAsync("/");
        using var fields = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["user"] = "bench",
            ["password"] = Password,
            ["csrf"] = Csrf().Match(form).Groups["csrf"].Value,
        });
        using var answer = await client.PostAsync("/login", fields);
        if ((await client.GetAsync("/api/me")).StatusCode != HttpStatusCode.OK)
            throw new BenchException($"the page could not be logged in to: {answer.StatusCode}");
        return client;
    }

    private static async Task<Figures> MeasureAsync(HttpClient client, int pages)
    {
        using var stop = new CancellationTokenSource();
        var bytes = 0L;
        var readers = Enumerable.Range(0, pages).Select(_ => Task.Run(() => ReadAsync(client, n => Interlocked.Add(ref bytes, n), stop.Token))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None); // the first frames are larger
        using var self = Process.GetCurrentProcess();
        var (began, processor, before) = (Stopwatch.GetTimestamp(), self.TotalProcessorTime, Interlocked.Read(ref bytes));
        await Task.Delay(Length, CancellationToken.None);
        self.Refresh();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var figures = new Figures(
            (self.TotalProcessorTime - processor).TotalSeconds / seconds, (Interlocked.Read(ref bytes) - before) / seconds, GC.GetTotalMemory(forceFullCollection: true));
        if (pages > 0 && figures.Bytes <= 0)
            throw new BenchException("the pages heard nothing");
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        return figures;
    }

    private static async Task ReadAsync(HttpClient client, Action<int> count, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/events");
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            answer.EnsureSuccessStatusCode();
            await using var stream = await answer.Content.ReadAsStreamAsync(stop);
            var buffer = new byte[64 << 10];
            while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
                count(read);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    [GeneratedRegex("name=\"csrf\" value=\"(?<csrf>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Csrf();

    /// <summary>Groups as the part <c>lag</c> tells them, each of one topic.</summary>
    private sealed class MovingLag : IPagePart
    {
        private long _look;

        public string Name => "lag";

        public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
        {
            var look = _look++;
            return new(new
            {
                Lag = look,
                Partitions = Groups * 20,
                Groups = Enumerable.Range(0, Groups).Select(g => new
                {
                    Cluster = "bench",
                    Group = $"group-{g}",
                    Status = "ok",
                    Members = 2,
                    Lag = look + g,
                    Seconds = 0.4,
                    Partitions = 20,
                    Topics = new[] { new { Topic = $"topic-{g / 5}", Status = "ok", Lag = look + g, Seconds = 0.4, Partitions = 20 } },
                }),
            });
        }
    }

    private readonly record struct Figures(double Processor, double Bytes, long Memory);
}
