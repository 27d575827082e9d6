using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using MedStreams.Bench.Support;
using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Page;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Bench;

/// <summary>Many pages that are open at once: what each costs the server in time of the processor, memory and bytes. Readers and server are one process, so it is at most that.</summary>
internal sealed partial class PageRun(ClusterWatch watch, Report report)
{
    private const string Bench = "Monitoring";
    private const int Pages = 200;
    private const string Password = "bench bench bench";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    /// <summary>Runs, and reports.</summary>
    public async Task RunAsync(string name)
    {
        await using var server = await PageServer.StartAsync(
            new PageServerOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Title = "bench",
                Users = [new PageUser("bench", PasswordHash.Of(Password, PasswordHash.MinIterations), PageRole.Viewer, SeesPatientData: false)],
                Content = LagPage.Of([watch], TimeProvider.System),
            },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        using var client = await LogInAsync(server.Address);
        var idle = await MeasureAsync(client, 0);
        var one = await MeasureAsync(client, 1);
        var many = await MeasureAsync(client, Pages);
        report.Add(new(Bench, $"{name}: no page open", idle.Processor, "cores"));
        report.Add(new(Bench, $"{name}: one page open", one.Processor, "cores"));
        report.Add(new(Bench, $"{name}: {Pages} pages open", many.Processor, "cores"));
        report.Add(new(Bench, $"{name}: {Pages} pages open", many.Bytes / 1e6, "MB/s"));
        report.Add(new(Bench, $"{name}: memory for each of {Pages} pages", Math.Max(0, many.Memory - idle.Memory) / 1e3 / Pages, "kB"));
    }

    private static async Task<HttpClient> LogInAsync(Uri address)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Pages + 10, UseCookies = true }) { BaseAddress = address };
        var form = await client.GetStringAsync("/");
        using var fields = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["user"] = "bench", ["password"] = Password, ["csrf"] = Csrf().Match(form).Groups[1].Value,
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

    [GeneratedRegex("name=\"csrf\" value=\"([^\"]+)\"")]
    private static partial Regex Csrf();

    private readonly record struct Figures(double Processor, double Bytes, long Memory);
}
