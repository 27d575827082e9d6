using System.Globalization;
using MedStreams.Chaos.Tests.Children;
using MedStreams.Chaos.Tests.Faults;
using MedStreams.Chaos.Tests.Net;
using MedStreams.Local;

namespace MedStreams.Chaos.Tests.Stack;

/// <summary>A place for a runner: its folder and its proxies stay, its processes come and go.</summary>
internal sealed class RunnerSlot(int number, string folder, RunnerSettings settings, FaultyProxy? broker, FaultyProxy? database, Random random)
    : IAsyncDisposable
{
    private const int Killed = 128 + 9;
    private const int Terminated = 128 + 15; // before it could take the signal
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);
    private readonly bool _isStatic = random.Next(2) == 0;
    private readonly int _threads = random.Next(1, 3);
    private GuardedProcess? _process;
    private bool _isArmed;
    private int _starts;

    public int Number => number;

    public FaultyProxy? Broker => broker;

    public FaultyProxy? Database => database;

    /// <summary>Held by whoever does something to the process.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Whether there should be a process.</summary>
    public bool IsWanted { get; private set; }

    public string LogFile => Path.Combine(folder, $"runner-{number}.log");

    private string State => Path.Combine(folder, $"runner-{number}");

    public string Describe => string.Create(CultureInfo.InvariantCulture, $"runner {number} is {(_isStatic ? $"static with {_threads} threads" : "dynamic")}");

    /// <summary>How many records it has counted, over all its processes.</summary>
    public long Processed => ProcessedCounter.Read(State);

    public void Start(Fault? death = null)
    {
        Directory.CreateDirectory(State);
        _process?.Dispose();
        IsWanted = true;
        _isArmed = death is not null;
        _starts++;
        var mine = settings with
        {
            BootstrapServers = broker is null ? settings.BootstrapServers : Loopback(broker.Port),
            StateDir = State,
            Threads = _isStatic ? _threads : 1 + ((_starts + number) % 2),
            GroupInstance = _isStatic ? $"place-{number}" : null,
            Death = death?.Death,
            DeathCommit = death?.DeathCommit ?? 0,
            DeathDelay = death?.DeathDelay ?? 0,
        };
        _process = ChildProgram.Start([RunnerProgram.Argument, mine.ToJson()], LogFile);
    }

    public void Kill()
    {
        IsWanted = false;
        _process?.Kill();
    }

    /// <summary>Asks it to close, as an operator does, who does not wait for ever.</summary>
    public async Task StopAsync(Story story)
    {
        IsWanted = false;
        if (_process is not { } process || process.HasExited)
            return;
        if (!await process.StopAsync(Signal.Terminate, StopPatience))
            story.Tell($"runner {number} did not close in time and was killed");
        else if (process.ExitCode is not (0 or RunnerProgram.TryAgain or Terminated) && !(_isArmed && process.ExitCode == Killed))
            throw Died(process.ExitCode);
    }

    public void Pause() => _process?.Send(Signal.Stop);

    public void Resume() => _process?.Send(Signal.Continue);

    /// <summary>Starts it again where it has killed itself as it was told, or did not reach the broker.</summary>
    /// <exception cref="InvalidOperationException">It ended for another reason.</exception>
    public void Tend(Story story)
    {
        if (!IsWanted || _process is not { HasExited: true } process)
            return;
        if (!(_isArmed && process.ExitCode == Killed) && process.ExitCode != RunnerProgram.TryAgain)
            throw Died(process.ExitCode);
        story.Tell($"runner {number} {(process.ExitCode == Killed ? "has killed itself" : "did not reach the broker")} and is started again");
        Start();
    }

    /// <summary>Deletes what it has on disk.</summary>
    public void Wipe()
    {
        foreach (var state in Directory.EnumerateDirectories(State))
            Directory.Delete(state, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        if (broker is not null)
            await broker.DisposeAsync();
        if (database is not null)
            await database.DisposeAsync();
        Gate.Dispose();
    }

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private InvalidOperationException Died(int code) => new($"Runner {number} ended with exit code {code}; {LogFile} says why.");
}
