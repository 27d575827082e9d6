namespace MedStreams.Sinks.Operators;

/// <summary>How an operator does, as seen from this process.</summary>
/// <param name="Name">The operator.</param>
public sealed record OperatorApiStatus(string Name)
{
    /// <summary>Until when it is left alone; null where it is called.</summary>
    public DateTimeOffset? LeftAloneUntil { get; init; }

    /// <summary>Until when it takes nothing by its own word; null where it takes something.</summary>
    public DateTimeOffset? ThrottledUntil { get; init; }

    /// <summary>Calls on their way.</summary>
    public int InFlight { get; init; }

    /// <summary>Cards done since the start of the process, by an answer that says so.</summary>
    public long Done { get; init; }

    /// <summary>Cards refused since the start of the process.</summary>
    public long Refused { get; init; }

    /// <summary>Calls since then that came to nothing for now.</summary>
    public long PutOff { get; init; }

    /// <summary>Why the last request failed; null where none did.</summary>
    public string? LastFailure { get; init; }
}
