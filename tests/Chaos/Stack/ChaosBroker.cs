using System.Globalization;
using MedStreams.Chaos.Tests.Children;
using MedStreams.Local;

namespace MedStreams.Chaos.Tests.Stack;

/// <summary>The embedded broker as a child, killed and started again in place.</summary>
internal sealed class ChaosBroker : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly string _folder;
    private readonly int _port = LocalPorts.Next();
    private GuardedProcess? _process;

    private ChaosBroker(string folder) => _folder = folder;

    public string BootstrapServers => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public static async Task<ChaosBroker> StartAsync(string folder, CancellationToken stop)
    {
        var broker = new ChaosBroker(folder);
        await broker.StartAgainAsync(stop);
        return broker;
    }

    public async Task StartAgainAsync(CancellationToken stop)
    {
        _process?.Dispose();
        _process = ChildProgram.Start(
            BrokerProgram.Arguments(Path.Combine(_folder, "broker"), _port), Path.Combine(_folder, "broker.log"));
        var ready = await Waiting.UntilAsync(
            async () => _process.HasExited || await LocalPorts.AnswersAsync(_port, stop), StartLimit, stop);
        if (!ready || _process.HasExited)
            throw new InvalidOperationException($"The broker did not start; {_folder}/broker.log says why.");
    }

    public void Kill() => _process!.Kill();

    public void Pause() => _process!.Send(Signal.Stop);

    public void Resume() => _process!.Send(Signal.Continue);

    public void ThrowIfGone()
    {
        if (_process is { HasExited: true })
            throw new InvalidOperationException($"The broker ended by itself; {_folder}/broker.log says why.");
    }

    public void Dispose() => _process?.Dispose();
}
