namespace MedStreams.Streams.Testing;

/// <summary>What a test driver may be told. Immutable.</summary>
public sealed record TopologyTestDriverOptions
{
    /// <summary>The application's id, with which internal topics begin; <c>test</c> by default.</summary>
    public string ApplicationId { get; init; } = "test";

    /// <summary>What the wall clock shows at the beginning; 1970-01-01T00:00:00Z by default.</summary>
    public DateTimeOffset WallClockStart { get; init; } = DateTimeOffset.UnixEpoch;
}
