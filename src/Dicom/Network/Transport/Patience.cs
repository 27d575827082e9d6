namespace MedStreams.Dicom.Network.Transport;

/// <summary>Ends one direction's reads or writes when they take too long. One at a time; not thread-safe.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly ITimer _timer;
    private CancellationToken _caller;
    private CancellationTokenSource? _linked;

    public Patience(TimeProvider time) =>
        _timer = time.CreateTimer(static over => ((CancellationTokenSource)over!).Cancel(), _over, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Whether it is over.</summary>
    public bool IsOver => _over.IsCancellationRequested;

    /// <summary>Begins to wait; the token ends with the caller's, too.</summary>
    public CancellationToken Begin(TimeSpan limit, CancellationToken cancellationToken)
    {
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
        if (!cancellationToken.CanBeCanceled)
            return _over.Token;
        if (_linked is null || cancellationToken != _caller)
        {
            _linked?.Dispose();
            _caller = cancellationToken;
            _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _over.Token);
        }

        return _linked.Token;
    }

    /// <summary>Ends the waiting.</summary>
    public void End() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _linked?.Dispose();
        _over.Dispose();
    }
}
