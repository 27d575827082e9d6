namespace MedStreams.Broker.Storage;

/// <summary>Wakes one reader that waits for any of several logs. Set while nobody waits, it ends the next wait at once.</summary>
internal sealed class DataSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private bool _set;

    /// <summary>Wakes the reader, on another thread.</summary>
    public void Set()
    {
        lock (_gate)
        {
            _set = true;
            _waiting?.TrySetResult();
        }
    }

    /// <summary>Waits for a call of <see cref="Set"/> since the last wait ended.</summary>
    /// <returns>False when the time ran out.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return true;
            }

            _waiting = waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            await waiting.Task.WaitAsync(timeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }

        lock (_gate)
        {
            _waiting = null;
            _set = false;
        }

        return true;
    }
}
