namespace MedStreams.Dicom.Web;

/// <summary>A cancellation that comes when nothing has happened for a while. Not thread-safe but for <see cref="Allow"/>.</summary>
internal sealed class Watch : IDisposable
{
    private readonly CancellationTokenSource _clock;
    private readonly CancellationTokenSource _either;

    public Watch(TimeProvider time, CancellationToken lifetime)
    {
        Lifetime = lifetime;
        _clock = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(lifetime, _clock.Token);
    }

    /// <summary>The caller's wish to end.</summary>
    public CancellationToken Lifetime { get; }

    /// <summary>Cancelled by the caller or by the clock.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Whether the clock was it.</summary>
    public bool IsOver => _clock.IsCancellationRequested;

    /// <summary>From now on so much time; no more than that without another call.</summary>
    public void Allow(TimeSpan time) => _clock.CancelAfter(time);

    public void Dispose()
    {
        _either.Dispose();
        _clock.Dispose();
    }
}
