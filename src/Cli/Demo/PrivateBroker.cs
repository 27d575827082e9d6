using System.Globalization;
using MedStreams.Local;

namespace MedStreams.Cli.Demo;

/// <summary>The embedded broker as a process of its own, which can be killed and started again in place.</summary>
internal sealed class PrivateBroker : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly int _port = LocalPorts.Next();
    private GuardedProcess? _process;

    private PrivateBroker(string folder) => _folder = folder;

    /// <summary>What clients take as <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>What the broker says.</summary>
    public string LogFile => Path.Combine(_folder, "broker.log");

    /// <summary>Starts a broker on a free port with its data in a folder, and waits until it answers.</summary>
    public static async Task<PrivateBroker> StartAsync(string folder, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        var broker = new PrivateBroker(folder);
        try
        {
            await broker.StartAgainAsync(stop);
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <summary>Starts the broker again on the same data and port.</summary>
    /// <exception cref="CliException">It did not start; the text names its log.</exception>
    public async Task StartAgainAsync(CancellationToken stop)
    {
        _process?.Dispose();
        _process = SelfProcess.Start(
            ["broker", "--data", Path.Combine(_folder, "data"), "--listen", BootstrapServers],
            new Dictionary<string, string?>(),
            LogFile);
        var ready = await Waiting.UntilAsync(
            async () => _process.HasExited || await LocalPorts.AnswersAsync(_port, stop), StartLimit, stop);
        if (!ready || _process.HasExited)
            throw CliException.Failed($"the broker did not start; its log is {LogFile}");
    }

    /// <summary>Kills the broker with signal 9 and waits for its end.</summary>
    public void Kill() => _process?.Kill();

    /// <summary>Kills it where it still runs.</summary>
    public void Dispose() => _process?.Dispose();
}
