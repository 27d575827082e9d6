using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>
/// A broker in a process of its own, which can be killed like any other. The process is this test program, told by its
/// environment to be a broker instead; the next one waits, ready to open the folder, while one serves.
/// </summary>
internal sealed class ChildBroker : IAsyncDisposable
{
    private const string DirectoryVariable = "MEDSTREAMS_TEST_BROKER_DIRECTORY";
    private const string PortVariable = "MEDSTREAMS_TEST_BROKER_PORT";
    private const string ReadyLine = "the broker listens";

    private readonly string _directory;
    private Process? _process;
    private Process? _next;

    public ChildBroker(string directory)
    {
        _directory = directory;
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public string BootstrapServers => $"127.0.0.1:{Port}";

    /// <summary>Has a process open the folder and waits until the broker listens.</summary>
    public async Task StartAsync()
    {
        await OpenAsync();
        while (await _process!.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == ReadyLine)
                return;
        }

        await _process.WaitForExitAsync();
        throw new InvalidOperationException($"The broker ended with exit code {_process.ExitCode}.");
    }

    /// <summary>Has a process open the folder; it may take its time.</summary>
    public async Task OpenAsync()
    {
        _process = _next ?? Make();
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        _next = Make();
    }

    /// <summary>Ends the process with SIGKILL: no code of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _process = _next;
        _next = null;
        if (_process is not null)
            await KillAsync();
    }

    /// <summary>Runs a broker in place of the tests when the environment says so; it ends when its input ends.</summary>
    [ModuleInitializer]
    internal static void RunIfChild()
    {
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is not { } directory)
            return;
        var port = int.Parse(Environment.GetEnvironmentVariable(PortVariable)!, CultureInfo.InvariantCulture);
        var options = new BrokerOptions
        {
            DataDirectory = directory,
            Port = port,
            MaintenanceInterval = TimeSpan.FromMilliseconds(100),
            CheckpointBytes = 1 << 20,
        };
        options.Validate();
        if (Console.ReadLine() is null)
            Environment.Exit(0);
        using var broker = new DisposableBroker(options);
        Console.WriteLine(ReadyLine);
        while (Console.In.Read() >= 0)
        {
            // Nothing is said to it; the end of the input is the end of its parent.
        }

        Environment.Exit(0);
    }

    private Process Make()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment[DirectoryVariable] = _directory;
        start.Environment[PortVariable] = Port.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private sealed class DisposableBroker : IDisposable
    {
        private readonly EmbeddedBroker _broker;

        public DisposableBroker(BrokerOptions options)
        {
            _broker = new EmbeddedBroker(options);
            _broker.StartAsync().GetAwaiter().GetResult();
        }

        public void Dispose() => _broker.StopAsync().GetAwaiter().GetResult();
    }
}
