namespace MedStreams.Monitoring.Page;

/// <summary>Somebody who has logged in. Safe for use by several threads.</summary>
internal sealed class Session(PageUser user, string csrf, long began)
{
    private volatile bool _isEnded;
    private long _used = began;

    public PageViewer Viewer => user.Viewer;

    /// <summary>What each POST has to carry.</summary>
    public string Csrf => csrf;

    public long Began { get; } = began;

    /// <summary>When it was used last, as a timestamp of the clock.</summary>
    public long Used
    {
        get => Volatile.Read(ref _used);
        set => Volatile.Write(ref _used, value);
    }

    /// <summary>Whether somebody logged out.</summary>
    public bool IsEnded => _isEnded;

    public void End() => _isEnded = true;
}
