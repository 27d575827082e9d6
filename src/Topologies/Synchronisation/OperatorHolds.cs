namespace MedStreams.Topologies.Synchronisation;

/// <summary>Which operators a shard does not call for a while, since they said so or their circuit breaker is open (S2.8). Forgotten when the shard moves. Lives as long as its task.</summary>
internal sealed class OperatorHolds
{
    private readonly Dictionary<string, OperatorHold> _holds = new(StringComparer.Ordinal);

    /// <summary>All of them, by operator.</summary>
    public IEnumerable<KeyValuePair<string, OperatorHold>> All => _holds;

    /// <summary>Takes a result.</summary>
    public void Take(string name, CallResult result, long now)
    {
        switch (result.Outcome)
        {
            case CallOutcome.BreakerOpen:
                _holds[name] = new OperatorHold(result.Until?.ToUnixTimeMilliseconds() ?? now, "the circuit breaker is open", true);
                break;
            case CallOutcome.Throttled:
                _holds[name] = new OperatorHold(After(result, now), "the operator wants fewer calls", false);
                break;
            case CallOutcome.Done or CallOutcome.AlreadyDone or CallOutcome.Refused:
                _holds.Remove(name);
                break;
        }
    }

    /// <summary>A round begins: only what has a time that has not come yet still holds.</summary>
    public void BeginRound(long now)
    {
        foreach (var (name, hold) in _holds.ToList())
        {
            if (hold.Until <= now)
                _holds.Remove(name);
        }
    }

    /// <summary>Why an operator is not called; null where it is.</summary>
    public string? Reason(string name) => _holds.GetValueOrDefault(name)?.Reason;

    private static long After(CallResult result, long now) => now + (long)(result.RetryAfter ?? TimeSpan.Zero).TotalMilliseconds;
}

/// <summary>An operator that is not called.</summary>
/// <param name="Until">Until when at least, in epoch milliseconds; then until the next round.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsBreaker">Whether its circuit breaker is open.</param>
internal sealed record OperatorHold(long Until, string Reason, bool IsBreaker);
