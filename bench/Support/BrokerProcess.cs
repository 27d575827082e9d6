using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using MedStreams.Broker;

namespace MedStreams.Bench.Support;

/// <summary>
/// An embedded broker in a process of its own, so that its work is not counted as the client's: this same program, started with a
/// hidden argument. It listens on a free port of the loopback, keeps its data in a folder of its own on disk, and ends when its
/// standard input does, that is with this process however that ends.
/// </summary>
public sealed class BrokerProcess : IAsyncDisposable
{
    internal const string Argument = "serve-broker";
    private const string UsageRequest = "usage";
    private const string CollectRequest = "collect";
    private readonly BrokerSetup _setup;
    private Process? _process;

    private BrokerProcess(string folder, BrokerSetup setup) => (Folder, _setup) = (folder, setup);

    /// <summary>Where clients connect; another address after each start.</summary>
    public string BootstrapServers { get; private set; } = "";

    /// <summary>The folder of its data.</summary>
    public string Folder { get; }

    /// <summary>How long it took from the start of the process until it served.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>CPU time of the broker so far.</summary>
    public TimeSpan CpuTime => Refreshed.TotalProcessorTime;

    /// <summary>The memory that it has in RAM now, in bytes.</summary>
    public long ResidentBytes => Refreshed.WorkingSet64;

    private Process Running => _process ?? throw new InvalidOperationException("The broker does not run.");

    private Process Refreshed
    {
        get
        {
            Running.Refresh();
            return Running;
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="under">The folder that its folder is made in.</param>
    /// <param name="fsync">Whether acknowledged records are synced to disk, in groups 2 ms apart.</param>
    /// <exception cref="BenchException">It did not come up.</exception>
    public static Task<BrokerProcess> StartAsync(string under, bool fsync = true) =>
        StartAsync(under, new BrokerSetup { Fsync = fsync });

    /// <summary>Starts one.</summary>
    /// <param name="under">The folder that its folder is made in.</param>
    /// <param name="setup">How it is set up.</param>
    /// <exception cref="BenchException">It did not come up.</exception>
    public static async Task<BrokerProcess> StartAsync(string under, BrokerSetup setup)
    {
        var folder = Directory.CreateDirectory(Path.Combine(under, $"medstreams-bench-{Guid.NewGuid():N}")).FullName;
        var broker = new BrokerProcess(folder, setup);
        try
        {
            await broker.RestartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on its folder again, after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    /// <exception cref="BenchException">It did not come up.</exception>
    public async Task RestartAsync()
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!, [Argument, Folder, .. _setup.ToArguments()])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(info)!;
        var bootstrap = await process.StandardOutput.ReadLineAsync();
        StartTime = Stopwatch.GetElapsedTime(start);
        if (bootstrap is null)
        {
            await process.WaitForExitAsync();
            process.Dispose();
            throw new BenchException("The embedded broker did not start; the lines above say why.");
        }

        (_process, BootstrapServers) = (process, bootstrap);
    }

    /// <summary>What it has done and taken so far.</summary>
    /// <param name="collect">Whether it collects its garbage before it answers.</param>
    public async Task<BrokerUsage> UsageAsync(bool collect = false)
    {
        await Running.StandardInput.WriteLineAsync(collect ? CollectRequest : UsageRequest);
        var answer = await Running.StandardOutput.ReadLineAsync() ?? throw new BenchException("The broker has ended.");
        return JsonSerializer.Deserialize<BrokerUsage>(answer)!;
    }

    /// <summary>Stops it in order; its data stay.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> StopAsync()
    {
        var start = Stopwatch.GetTimestamp();
        Running.StandardInput.Close();
        await EndAsync();
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Kills it (<c>SIGKILL</c>); its data stay.</summary>
    public Task KillAsync()
    {
        Running.Kill();
        return EndAsync();
    }

    /// <summary>Stops the broker, if it runs, and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    internal static async Task<int> ServeAsync(string[] arguments)
    {
        long flushes = 0, produces = 0;
        var flushSeconds = 0.0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name is "medstreams.broker.flush.duration" or "medstreams.broker.requests")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            // One thread syncs.
            Interlocked.Increment(ref flushes);
            Volatile.Write(ref flushSeconds, flushSeconds + seconds);
        });
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (tags[0].Value is "Produce")
                Interlocked.Add(ref produces, count);
        });
        listener.Start();
        await using var broker = new EmbeddedBroker(BrokerSetup.Options(arguments[0], arguments[1..]));
        await broker.StartAsync();
        Console.WriteLine(broker.BootstrapServers);
        while (await Console.In.ReadLineAsync() is { } request)
        {
            if (request == CollectRequest)
                GC.Collect();
            var usage = new BrokerUsage(
                Interlocked.Read(ref flushes),
                Volatile.Read(ref flushSeconds),
                Interlocked.Read(ref produces),
                GC.GetTotalAllocatedBytes(),
                GC.GetTotalMemory(forceFullCollection: false),
                GC.GetGCMemoryInfo().TotalCommittedBytes,
                GC.CollectionCount(0));
            Console.WriteLine(JsonSerializer.Serialize(usage));
        }

        return 0;
    }

    private async Task EndAsync()
    {
        await Running.WaitForExitAsync();
        Running.Dispose();
        _process = null;
    }
}
