using System.Diagnostics;
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
    private readonly Process _process;
    private readonly string _folder;

    private BrokerProcess(Process process, string folder, string bootstrap) =>
        (_process, _folder, BootstrapServers) = (process, folder, bootstrap);

    public string BootstrapServers { get; }

    /// <summary>CPU time of the broker so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="under">The folder that its folder is made in.</param>
    /// <param name="fsync">Whether acknowledged records are synced to disk, in groups 2 ms apart.</param>
    /// <exception cref="BenchException">It did not come up.</exception>
    public static async Task<BrokerProcess> StartAsync(string under, bool fsync = true)
    {
        var folder = Directory.CreateDirectory(Path.Combine(under, $"medstreams-bench-{Guid.NewGuid():N}")).FullName;
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { Argument, folder, fsync ? "fsync" : "nosync" },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var bootstrap = await process.StandardOutput.ReadLineAsync();
        if (bootstrap is not null)
            return new BrokerProcess(process, folder, bootstrap);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
        throw new BenchException("The embedded broker did not start; the lines above say why.");
    }

    /// <summary>Stops the broker and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal static async Task<int> ServeAsync(string[] settings)
    {
        await using var broker = new EmbeddedBroker(new BrokerOptions
        {
            DataDirectory = settings[0],
            Port = 0,
            Flush = settings[1] == "fsync" ? FlushPolicy.Grouped(TimeSpan.FromMilliseconds(2)) : FlushPolicy.OperatingSystem,
        });
        await broker.StartAsync();
        Console.WriteLine(broker.BootstrapServers);
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
