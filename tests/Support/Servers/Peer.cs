using MedStreams.Local;

namespace MedStreams.Support.Servers;

/// <summary>A server that a test starts on a free port and that ends with it.</summary>
internal sealed class Peer : IDisposable
{
    private readonly GuardedProcess _process;

    private Peer(GuardedProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Starts a program whose arguments depend on its port, and waits until it answers.</summary>
    public static async Task<Peer> StartAsync(string program, Func<int, IReadOnlyList<string>> arguments, string log)
    {
        var port = LocalPorts.Next();
        var process = GuardedProcess.Start(new GuardedProcessStart(program, arguments(port)) { LogFile = log });
        if (await Waiting.UntilAsync(async () => process.HasExited || await LocalPorts.AnswersAsync(port), TimeSpan.FromSeconds(60)) && !process.HasExited)
            return new Peer(process, port);
        process.Dispose();
        throw new InvalidOperationException($"{program} did not start: {await File.ReadAllTextAsync(log)}");
    }

    /// <summary>Stops it where it stands, or lets it go on.</summary>
    public void Send(Signal signal) => _process.Send(signal);

    public void Dispose() => _process.Dispose();
}
