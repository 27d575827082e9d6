namespace MedStreams.Monitoring.Page;

/// <summary>
/// How many log-ins of one kind (of an address, of a user) failed of late, and how long the next has to wait: some are free, then the wait doubles from a second
/// to a limit. What is quiet for an hour is forgotten. Safe for use by several threads.
/// </summary>
internal sealed class Attempts(TimeSpan longest, TimeProvider clock)
{
    /// <summary>So many may fail without a wait.</summary>
    public const int Free = 5;

    /// <summary>So many keys are known at most; beyond it, the ones that have been quiet for longest are forgotten.</summary>
    public const int MostKeys = 20_000;

    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Failed, long Last)> _known = new(StringComparer.Ordinal);

    /// <summary>How long the next one has to wait; zero: it may begin.</summary>
    public TimeSpan Wait(string key)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(key, out var known) || known.Failed < Free)
                return TimeSpan.Zero;
            var pause = TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Min(known.Failed - Free, 30))));
            var left = pause - clock.GetElapsedTime(known.Last);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>One begins; it counts as failed until it has succeeded, so that many at once count too.</summary>
    public void Begin(string key)
    {
        lock (_lock)
        {
            if (!_known.TryGetValue(key, out var known) && _known.Count >= MostKeys)
                MakeRoom();
            var isForgotten = clock.GetElapsedTime(known.Last) > Memory;
            _known[key] = (isForgotten ? 1 : known.Failed + 1, clock.GetTimestamp());
        }
    }

    /// <summary>All is forgiven.</summary>
    public void Forgive(string key)
    {
        lock (_lock)
            _known.Remove(key);
    }

    /// <summary>The one that just began has not failed.</summary>
    public void TakeBack(string key)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var known))
                _known[key] = known with { Failed = Math.Max(0, known.Failed - 1) };
        }
    }

    private void MakeRoom()
    {
        foreach (var (key, _) in _known.OrderBy(k => k.Value.Last).Take(MostKeys / 10).ToList())
            _known.Remove(key);
    }
}
