namespace MedStreams.Sinks.Operators;

/// <summary>A declaration that was checked.</summary>
internal sealed record OperatorShape(OperatorDeclaration Declared, RequestShape Call, RequestShape? LookUp)
{
    private static readonly TimeSpan HalfSecond = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Checks a declaration; reads the secret once, so that a missing one shows at the start.</summary>
    /// <exception cref="OperatorDeclarationException">Something is wrong.</exception>
    public static OperatorShape Create(OperatorDeclaration declared)
    {
        var faults = new List<OperatorFault>();
        var call = RequestShape.Create(declared.Call, "", faults);
        var lookUp = declared.LookUp is { } asked ? RequestShape.Create(asked.Request, "LookUp:", faults) : null;
        if (declared.IdempotencyHeader is { } header && !RequestShape.IsHeaderName(header))
            faults.Add(new("IdempotencyHeader", "is no header of a request"));
        if (declared.IdempotencyHeader is null && declared.LookUp is null && call?.Uses(OperatorFields.Key) == false)
        {
            faults.Add(new(
                "IdempotencyHeader",
                "is not set, no template has {{key}}, and LookUp:Url is not set either: a call whose outcome is unknown could be made twice. Name the header for idempotency keys, or say how to look whether a call was made"));
        }

        if (declared.Login is { } login)
            Check(login, faults);
        Check(declared, faults);
        return faults.Count == 0 ? new OperatorShape(declared, call!, lookUp) : throw new OperatorDeclarationException(declared.Name, faults);
    }

    private static void Check(OperatorLogin login, List<OperatorFault> faults)
    {
        if (login.Secret.Read() is null)
            faults.Add(new("Auth:Secret", $"leads to {login.Secret}, which cannot be read, is empty, or has control characters; set it"));
        if (login.Kind == OperatorLoginKind.Basic && (login.User is not { Length: > 0 } user || user.Contains(':', StringComparison.Ordinal)))
            faults.Add(new("Auth:User", "is needed for basic, without a colon"));
        if (login.Kind == OperatorLoginKind.ApiKey && !RequestShape.IsHeaderName(login.Header))
            faults.Add(new("Auth:Header", "is no header of a request"));
    }

    private static void Check(OperatorDeclaration declared, List<OperatorFault> faults)
    {
        var (limits, breaker) = (declared.Limits, declared.Breaker);
        Demand(limits.RatePerSecond is > 0 and <= 1e6, "RatePerSecond", "must be above 0, up to 1000000");
        Demand(limits.Burst is >= 1 and <= 1_000_000, "Burst", "must be 1 or more");
        Demand(limits.Concurrency is >= 1 and <= 1000, "Concurrency", "must be 1 to 1000");
        Demand(limits.Timeout >= TimeSpan.FromMilliseconds(10) && limits.Timeout <= TenMinutes, "Timeout", "must be 10 ms to 10 min");
        Demand(limits.MaxWait >= TimeSpan.Zero && limits.MaxWait <= TenMinutes, "MaxWait", "must be 0 s to 10 min");
        Demand(limits.Attempts is >= 1 and <= 100, "Attempts", "must be 1 to 100");
        Demand(limits.Backoff >= TimeSpan.FromMilliseconds(1) && limits.Backoff <= TenMinutes, "Backoff", "must be 1 ms to 10 min");
        Demand(breaker.FailureRatio is > 0 and <= 1, "Breaker:FailureRatio", "must be above 0, up to 1");
        Demand(breaker.MinimumRequests >= 2, "Breaker:Requests", "must be 2 or more");
        Demand(breaker.Over >= HalfSecond && breaker.Over <= Hour, "Breaker:Over", "must be 500 ms to 1 h");
        Demand(breaker.Pause >= HalfSecond && breaker.Pause <= Hour, "Breaker:Pause", "must be 500 ms to 1 h");
        Demand(declared.LookUp is not { } asked || (asked.Settle >= TimeSpan.Zero && asked.Settle <= Hour), "LookUp:Settle", "must be 0 s to 1 h");
        Demand(
            declared.LookUp is not { } slow || slow.Settle == TimeSpan.Zero || limits.RatePerSecond * slow.Settle.TotalSeconds >= 4,
            "LookUp:Settle",
            "must be 0 s, or long enough for four requests at RatePerSecond: what the operator says when it is asked counts for half of it");

        void Demand(bool holds, string key, string problem)
        {
            if (!holds)
                faults.Add(new(key, problem));
        }
    }
}
