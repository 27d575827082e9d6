using System.Collections.Concurrent;

namespace MedStreams.Sinks.Operators;

/// <summary>
/// Calls that were sent and of which nothing was heard, with the time of the sending, or that at which it was heard here that another process may have sent it: the operator may
/// still be at them. Old ones are forgotten. Safe for use by several threads.
/// </summary>
internal sealed class UnknownCalls(TimeSpan settle, TimeProvider clock)
{
    private const int Many = 4096;
    private readonly ConcurrentDictionary<string, long> _since = new(StringComparer.Ordinal);
    private int _forgetAt = Many;

    public void Sent(string key)
    {
        _since[key] = clock.GetTimestamp();
        ForgetOld();
    }

    public void Heard(string key) => _since.TryRemove(key, out _);

    /// <summary>How long the operator may still be at a call.</summary>
    public TimeSpan Left(OperatorCall call)
    {
        var since = call.MayHaveBeenMade ? _since.GetOrAdd(call.Key, _ => clock.GetTimestamp())
            : _since.TryGetValue(call.Key, out var known) ? known
            : (long?)null;
        ForgetOld();
        return since is { } begun && clock.GetElapsedTime(begun) is var gone && gone < settle ? settle - gone : TimeSpan.Zero;
    }

    /// <summary>Those that nobody has come back to for long.</summary>
    private void ForgetOld()
    {
        if (_since.Count < _forgetAt)
            return;
        var kept = TimeSpan.FromHours(1) + (10 * settle);
        foreach (var (key, since) in _since)
        {
            if (clock.GetElapsedTime(since) > kept)
                _since.TryRemove(KeyValuePair.Create(key, since));
        }

        _forgetAt = Math.Max(Many, 2 * _since.Count);
    }
}
