using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MedStreams.Local;

/// <summary>Signals that end or hold a process, by their Linux numbers.</summary>
internal enum Signal
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>What to start, and how it ends.</summary>
/// <param name="FileName">The program, by path or by name.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record GuardedProcessStart(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Environment variables to set; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Both streams of the child go to this file, appended; null drops them.</summary>
    public string? LogFile { get; init; }

    /// <summary>Where it runs; null: here.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What the child gets when the starting process is gone, however it went.</summary>
    public Signal WhenOrphaned { get; init; } = Signal.Kill;

    /// <summary>The operating system's account to run as (needs root); null: this one.</summary>
    public string? User { get; init; }
}

/// <summary>
/// A child process that never outlives the process that started it. A small shell stands between: it runs the child in
/// a session of its own, so that Ctrl-C at the terminal reaches only the starter, and holds the reading end of a pipe,
/// which closes when the starter goes, even by kill -9. (PR_SET_PDEATHSIG is no choice: it follows the thread that
/// forked, and threads of the pool come and go.)
/// </summary>
internal sealed class GuardedProcess : IDisposable
{
    // $1: signal for an orphan; $2: log file; the rest: the child. The first line on the pipe back is the child's id.
    private const string Guard =
        """
        sig=$1; log=$2; shift 2
        exec 3<&0 4>&1 >>"$log" 2>&1 </dev/null
        "$@" 3<&- 4>&- & child=$!
        echo "$child" >&4; exec 4>&-
        { read -r _ <&3; kill -"$sig" "$child"; } & watch=$!
        exec 3<&-
        wait "$child"; code=$?
        kill -9 "$watch"
        exit "$code"
        """;

    private readonly Process _guard;

    private GuardedProcess(Process guard, int id) => (_guard, Id) = (guard, id);

    /// <summary>The child's own process id.</summary>
    public int Id { get; }

    /// <summary>Whether the child has ended.</summary>
    public bool HasExited => _guard.HasExited;

    /// <summary>How the child ended, once it has: its code, or 128 and the signal's number.</summary>
    public int ExitCode => _guard.ExitCode;

    /// <summary>Starts a child.</summary>
    /// <exception cref="InvalidOperationException">The guard could not be started.</exception>
    public static GuardedProcess Start(GuardedProcessStart start)
    {
        var info = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = start.WorkingDirectory ?? "",
        };
        string[] guard =
            ["sh", "-c", Guard, "guard", ((int)start.WhenOrphaned).ToString(CultureInfo.InvariantCulture),
             start.LogFile ?? "/dev/null"];
        string[] account = start.User is { } user
            ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--"]
            : [];
        foreach (var argument in (string[])[.. guard, .. account, start.FileName, .. start.Arguments])
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;

        var process = Process.Start(info) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        var line = process.StandardOutput.ReadLine();
        if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return new GuardedProcess(process, id);
        process.Dispose();
        throw new InvalidOperationException($"{start.FileName} did not start: its guard said nothing.");
    }

    /// <summary>Sends the child a signal; nothing happens where it has ended.</summary>
    public void Send(Signal signal)
    {
        if (!_guard.HasExited)
            _ = SendSignal(Id, (int)signal);
    }

    /// <summary>Sends any process a signal.</summary>
    /// <returns>False where there is no such process, or it is not ours to signal.</returns>
    public static bool Send(int processId, Signal signal) => SendSignal(processId, (int)signal) == 0;

    /// <summary>Waits for the child's end.</summary>
    /// <returns>False when the time was over first.</returns>
    public async Task<bool> WaitForExitAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await _guard.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Ends the child without asking, and waits until it is gone.</summary>
    public void Kill()
    {
        Send(Signal.Kill);
        _guard.WaitForExit();
    }

    /// <summary>Asks the child to end with a signal, and kills it when the time is over.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(Signal signal, TimeSpan timeout)
    {
        Send(signal);
        if (await WaitForExitAsync(timeout))
            return true;
        Kill();
        return false;
    }

    /// <summary>Closes the pipe, which is all that the guard sees when the starter dies.</summary>
    internal void Abandon() => _guard.StandardInput.Close();

    /// <summary>Kills the child where it still runs.</summary>
    public void Dispose()
    {
        Kill();
        _guard.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
