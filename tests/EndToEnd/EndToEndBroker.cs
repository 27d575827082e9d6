using MedStreams.Cli.Demo;
using MedStreams.Support;

namespace MedStreams.EndToEnd.Tests;

/// <summary>The broker of a test: <c>medstreams broker</c> as a process, or the one that is named (<see cref="NamedBroker"/>).</summary>
internal sealed class EndToEndBroker : IAsyncDisposable
{
    private readonly PrivateBroker? _own;
    private readonly string _prefix;

    private EndToEndBroker(PrivateBroker? own, string prefix) => (_own, _prefix) = (own, prefix);

    public string BootstrapServers => _own?.BootstrapServers ?? NamedBroker.Servers!;

    /// <summary>Starts it.</summary>
    /// <param name="folder">Of an own one.</param>
    /// <param name="prefix">Begins all names that the test gives.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async Task<EndToEndBroker> StartAsync(string folder, string prefix, CancellationToken stop) =>
        new(NamedBroker.Servers is null ? await PrivateBroker.StartAsync(folder, stop) : null, prefix);

    /// <summary>Kills it and starts it again; one that is named is left alone, and the test says so.</summary>
    public async Task KillAndStartAgainAsync(CancellationToken stop)
    {
        if (_own is null)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{NamedBroker.Variable} names a broker: its kill was left out.");
            return;
        }

        _own.Kill();
        await _own.StartAgainAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is null)
            await NamedBroker.CleanAsync(BootstrapServers, _prefix);
        else
            _own.Dispose();
    }
}
