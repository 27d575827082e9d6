using MedStreams.Cli.Demo;
using MedStreams.Local;

namespace MedStreams.EndToEnd.Tests.Synchronisation;

/// <summary>A <c>medstreams sync run</c> as a process, in its own state folder.</summary>
internal sealed class SyncInstance(string folder, string name) : IDisposable
{
    private GuardedProcess? _process;

    public string LogFile => Path.Combine(folder, $"{name}.log");

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it, after killing it with signal 9 where it runs.</summary>
    public void Start()
    {
        Kill();
        _process = SelfProcess.Start(
            ["sync", "run", "--settings", folder, "--state-dir", Path.Combine(folder, name)],
            new Dictionary<string, string?> { ["MEDSTREAMS__STREAMS__INSTANCEID"] = name },
            LogFile);
    }

    /// <summary>Stops it for some time, as a machine that is out of breath does: long enough to lose its shards.</summary>
    public void Hold() => _process?.Send(Signal.Stop);

    public void Continue() => _process?.Send(Signal.Continue);

    public void Kill()
    {
        _process?.Kill();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose() => Kill();
}
