using System.Globalization;
using MedStreams.Local;

namespace MedStreams.Support.OperatorApi;

/// <summary>
/// An operator's API in a process of its own, at an address that stays. It is started again whenever it has died, by itself or by a kill, until it is disposed of; the book
/// tells what it did in all its lives. The test's own program has to hand <see cref="OperatorApiProgram.Argument"/> on.
/// </summary>
internal sealed class OperatorApiProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly OperatorApiOptions _options;
    private readonly string _logFile;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private GuardedProcess _process;
    private Task _keeping = Task.CompletedTask;

    private OperatorApiProcess(OperatorApiOptions options, string logFile)
    {
        (_options, _logFile) = (options, logFile);
        _process = Launch();
    }

    /// <summary>Where it is.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_options.Port}/"));

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>What it did so far, in all its lives.</summary>
    public IReadOnlyList<BookEntry> Book => OperatorBook.Read(_options.Book);

    /// <summary>Starts it.</summary>
    /// <param name="options">How it behaves; a port of 0 becomes a free one.</param>
    /// <param name="logFile">Where its output goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<OperatorApiProcess> StartAsync(OperatorApiOptions options, string logFile, CancellationToken cancellationToken)
    {
        var api = new OperatorApiProcess(options.Port == 0 ? options with { Port = LocalPorts.Next() } : options, logFile);
        var answers = await Waiting.UntilAsync(
            async () => api._process.HasExited || await LocalPorts.AnswersAsync(api._options.Port, cancellationToken), StartLimit, cancellationToken);
        if (!answers || api._process.HasExited)
        {
            await api.DisposeAsync();
            throw new InvalidOperationException($"The operator's API did not start; {logFile} says why.");
        }

        api._keeping = api.KeepAsync();
        return api;
    }

    /// <summary>Kills it; it comes again.</summary>
    public void Kill()
    {
        lock (_lock)
            _process.Send(Signal.Kill);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _process.WaitForExitAsync(TimeSpan.FromSeconds(5), _stop.Token);
            lock (_lock)
            {
                if (!_process.HasExited || _stop.IsCancellationRequested)
                    continue;
                _process.Dispose();
                _process = Launch();
            }
        }
    }

    private GuardedProcess Launch()
    {
        Starts++;
        var self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [self, Environment.GetCommandLineArgs()[0]] : [self];
        return GuardedProcess.Start(new GuardedProcessStart(program[0], [.. program[1..], OperatorApiProgram.Argument, .. _options.ToArguments()])
        {
            Environment = new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "0" }, // its sockets would stay in the temporary folder after a kill
            LogFile = _logFile,
        });
    }
}
