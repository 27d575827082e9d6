using MedStreams.Local;

namespace MedStreams.Cli.Demo;

/// <summary><c>medstreams run increments</c> as a process of its own, which can be killed and started again in place.</summary>
/// <param name="folder">Where its state and its log lie.</param>
/// <param name="settings">Its settings, as environment variables.</param>
internal sealed class IncrementsRunner(string folder, IReadOnlyDictionary<string, string?> settings) : IDisposable
{
    private volatile GuardedProcess? _process;

    /// <summary>How often it was started after it had been killed.</summary>
    public int Restarts { get; private set; }

    /// <summary>Whether the process is there.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it says.</summary>
    public string LogFile => Path.Combine(folder, "runner.log");

    /// <summary>Starts it; it takes up its work by itself.</summary>
    public void Start()
    {
        Directory.CreateDirectory(folder);
        Restarts += _process is null ? 0 : 1;
        var before = _process;
        before?.Kill();
        _process = SelfProcess.Start(["run", "increments"], settings, LogFile); // never a disposed one: others look at it
        before?.Dispose();
    }

    /// <summary>Kills it with signal 9 and waits for its end.</summary>
    public void Kill() => _process?.Kill();

    /// <summary>Asks it to stop, as an operator would.</summary>
    /// <returns>Whether it did so by itself.</returns>
    public async Task<bool> StopAsync() =>
        _process is null || await _process.StopAsync(Signal.Terminate, TimeSpan.FromSeconds(30));

    /// <summary>Says so where it ended without being asked.</summary>
    /// <exception cref="CliException">It is gone; the text names its log.</exception>
    public void ThrowIfGone()
    {
        if (_process is { HasExited: true } gone)
            throw CliException.Failed($"the runner ended by itself with {gone.ExitCode}; its log is {LogFile}");
    }

    /// <summary>Kills it where it still runs.</summary>
    public void Dispose() => _process?.Dispose();
}
