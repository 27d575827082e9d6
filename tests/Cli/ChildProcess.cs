using System.Diagnostics;
using MedStreams.Support;

namespace MedStreams.Cli.Tests;

/// <summary>The real program as a child process, for signals and pipes.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly Task<string> _error;

    private ChildProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts the program that the build put beside the tests' own.</summary>
    public static ChildProcess Start(params string[] args) => Start(new Dictionary<string, string>(), args);

    /// <summary>The same with environment variables.</summary>
    public static ChildProcess Start(IReadOnlyDictionary<string, string> variables, params string[] args) =>
        StartProgram(Path.Combine(AppContext.BaseDirectory, "medstreams"), args, variables);

    /// <summary>Starts the launcher at the root of the repository.</summary>
    public static ChildProcess StartLauncher(params string[] args) =>
        StartProgram(Path.Combine(Repository.Root, "medstreams"), args, new Dictionary<string, string>());

    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Sends a signal by the shell's own kill: a bare Debian has no program of that name.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -s {name} {_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<CliRun> EndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.StandardInput.Close();
        return new CliRun(_process.ExitCode, output, await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static ChildProcess StartProgram(string program, string[] args, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(program, args)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new ChildProcess(Process.Start(start)!);
    }
}
