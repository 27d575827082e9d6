using MedStreams.Dicom.Network.Dimse;

namespace MedStreams.Dicom.Network.Services;

/// <summary>
/// Turns a cancellation into C-CANCEL (PS3.7 section 9.3.2.3): the operation then goes on until its last response, which keeps the association in use; a peer that
/// gives none within the grace loses it.
/// </summary>
internal sealed class CancelScope : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly DicomAssociation _association;
    private readonly byte _contextId;
    private readonly ushort _messageId;
    private readonly CancellationTokenSource _graceOver = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _caller;
    private ITimer? _timer;
    private Task _sending = Task.CompletedTask;
    private int _isSent;

    public CancelScope(DicomAssociation association, byte contextId, ushort messageId, CancellationToken cancellationToken)
    {
        (_association, _contextId, _messageId, _caller) = (association, contextId, messageId, cancellationToken);
        _registration = cancellationToken.UnsafeRegister(static scope => ((CancelScope)scope!).Cancel(), this);
    }

    /// <summary>What responses are waited for with.</summary>
    public CancellationToken Token => _graceOver.Token;

    /// <summary>Whether the end was asked for.</summary>
    public bool IsCancelled => Volatile.Read(ref _isSent) == 1;

    /// <summary>Asks the peer to end the operation, once.</summary>
    public void Cancel()
    {
        if (Interlocked.Exchange(ref _isSent, 1) == 1)
            return;
        _timer = _association.Options.Time.CreateTimer(
            static over => ((CancellationTokenSource)over!).Cancel(), _graceOver, Grace, Timeout.InfiniteTimeSpan);
        _sending = SendAsync();
    }

    /// <summary>After the last response: waits for the request to be out, and throws where the caller had cancelled.</summary>
    public async Task EndAsync()
    {
        await _registration.DisposeAsync();
        await _sending;
        _caller.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        _registration.Dispose();
        _timer?.Dispose();
        _graceOver.Dispose();
    }

    private async Task SendAsync()
    {
        try
        {
            await _association.Channel.SendAsync(
                _contextId, new CommandSet { Field = CommandField.CancelRequest, RespondsTo = _messageId, HasDataSet = false }, null, CancellationToken.None);
        }
        catch (DicomNetworkException)
        {
            // The association is over, and the operation learns that from its own reading.
        }
    }
}
