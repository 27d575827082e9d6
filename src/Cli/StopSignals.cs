using System.Runtime.InteropServices;

namespace MedStreams.Cli;

/// <summary>
/// Turns SIGINT and SIGTERM into a cancellation, however long the verb then takes to close; a second signal ends the process
/// at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public StopSignals() =>
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, Interrupt)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, Terminate)),
        ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The verb's exit code, or the signal's where a signal ended a verb that closed well.</summary>
    public int ExitCode(int ofVerb)
    {
        var received = Volatile.Read(ref _received);
        return received != 0 && ofVerb == ExitCodes.Done ? ExitCodes.Signal(received) : ofVerb;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Receive(PosixSignalContext context, int number)
    {
        if (Interlocked.CompareExchange(ref _received, number, 0) != 0)
            return;
        context.Cancel = true;
        _stop.Cancel();
    }
}
