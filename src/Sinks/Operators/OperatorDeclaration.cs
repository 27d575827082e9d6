using System.Collections.Immutable;

namespace MedStreams.Sinks.Operators;

/// <summary>
/// An operator's API: what is sent to it, what its answers mean, and how much it takes. Texts of requests may have places <c>{{name}}</c> for the fields of
/// <see cref="OperatorFields"/>, which are escaped for where they stand. Immutable.
/// </summary>
public sealed record OperatorDeclaration
{
    /// <summary>The operator, as cards name it.</summary>
    public required string Name { get; init; }

    /// <summary>The call that brings a card up to date.</summary>
    public required OperatorRequestDeclaration Call { get; init; }

    /// <summary>The header that holds the idempotency key; null: none has it, or a template of <see cref="Call"/> has it.</summary>
    public string? IdempotencyHeader { get; init; }

    /// <summary>How an operator is asked whether a call was made, where it has no idempotency keys. Null: it is not asked.</summary>
    public OperatorLookUp? LookUp { get; init; }

    /// <summary>Which answers say that the card is up to date now; default <c>200-299</c>.</summary>
    public ResponseRule Success { get; init; } = ResponseRule.Of("200-299");

    /// <summary>Which answers say that it was before; looked at first. Default: none.</summary>
    public ResponseRule AlreadyDone { get; init; } = ResponseRule.None;

    /// <summary>After which answers the call is made again; default <c>408, 425, 429, 500-599</c>.</summary>
    public ResponseRule Retry { get; init; } = ResponseRule.Of(DefaultRetry);

    /// <summary>
    /// Which answers refuse this card for good; looked at last. By default 400 to 499 without 401, 403 and 407, which are about the login and not about the
    /// card. What no rule knows counts as unavailable.
    /// </summary>
    public ResponseRule Refused { get; init; } = ResponseRule.Of(DefaultRefused);

    /// <summary>How this side says who it is; null: it does not.</summary>
    public OperatorLogin? Login { get; init; }

    /// <summary>How much the operator takes, and how long is waited for it.</summary>
    public OperatorLimits Limits { get; init; } = new();

    /// <summary>When the operator is left alone.</summary>
    public OperatorBreaker Breaker { get; init; } = new();

    /// <summary>The default of <see cref="Retry"/> as text.</summary>
    public const string DefaultRetry = "408, 425, 429, 500-599";

    /// <summary>The default of <see cref="Refused"/> as text.</summary>
    public const string DefaultRefused = "400, 402, 404-406, 409-499";
}

/// <summary>A request as it is declared.</summary>
public sealed record OperatorRequestDeclaration
{
    /// <summary>Where to, http or https; places are allowed behind the host only.</summary>
    public required string Url { get; init; }

    /// <summary>How; default POST.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>What is sent; null: nothing.</summary>
    public string? Body { get; init; }

    /// <summary>The body's type, by which places in it are escaped (JSON, XML, forms; others are not).</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Further headers.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>How an operator is asked whether it has made a call.</summary>
public sealed record OperatorLookUp
{
    /// <summary>The question.</summary>
    public required OperatorRequestDeclaration Request { get; init; }

    /// <summary>Which answers say that it has; looked at first. Default <c>200-299</c>.</summary>
    public ResponseRule Done { get; init; } = ResponseRule.Of("200-299");

    /// <summary>Which answers say that it has not; default <c>404</c>. After any other nothing is known, and no call is made.</summary>
    public ResponseRule Missing { get; init; } = ResponseRule.Of("404");

    /// <summary>
    /// How long the operator may be at a call after this side has heard nothing of it, 0 to 1 h; default 15 s. A call whose outcome is unknown is made again only when the operator
    /// still does not know it after this time. Set it longer than anything there takes. Only the card itself
    /// waits for it.
    /// </summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>How this side says who it is.</summary>
public enum OperatorLoginKind
{
    /// <summary>A token (RFC 6750).</summary>
    Bearer,

    /// <summary>A user with a password (RFC 7617).</summary>
    Basic,

    /// <summary>A key in a header of its own.</summary>
    ApiKey,
}

/// <summary>Who this side is. The secret is read at each request, and is in no log and no exception.</summary>
/// <param name="Kind">How it is said.</param>
/// <param name="Secret">Where token, password or key are.</param>
public sealed record OperatorLogin(OperatorLoginKind Kind, SecretReference Secret)
{
    /// <summary>The user; null where the kind has none.</summary>
    public string? User { get; init; }

    /// <summary>The header of a key; default <c>X-Api-Key</c>.</summary>
    public string Header { get; init; } = "X-Api-Key";
}

/// <summary>How much an operator takes.</summary>
public sealed record OperatorLimits
{
    /// <summary>Requests in a second, look-ups included, above 0; default 10.</summary>
    public double RatePerSecond { get; init; } = 10;

    /// <summary>How many requests may come at once after a quiet time, 1 and more; default 1.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>How many calls are on their way at a time, 1 to 1,000; default 4.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>How long an answer may take, 10 ms to 10 min; default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a call waits for its turn or between two tries, 0 to 10 min; default 2 s. What would wait longer leaves, and is told when to come again.
    /// </summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a call is tried, 1 to 100; default 3.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The wait before the second try, about; it doubles with each further one. 1 ms to 10 min; default 200 ms.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>When an operator is left alone, so that neither side wastes its time.</summary>
public sealed record OperatorBreaker
{
    /// <summary>From which share of failed requests on, above 0 up to 1; default 0.5. Throttled and refused ones have not failed.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>How many requests are needed to tell, 2 and more; default 10.</summary>
    public int MinimumRequests { get; init; } = 10;

    /// <summary>Over which time they are counted, 500 ms to 1 h; default 30 s.</summary>
    public TimeSpan Over { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it is left alone before one request tries, 500 ms to 1 h; default 30 s.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(30);
}
