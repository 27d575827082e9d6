namespace MedStreams.Broker.Tests.Storage;

/// <summary>A clock that stands still until it is set.</summary>
internal sealed class SettableClock : TimeProvider
{
    /// <summary>The time of day, in epoch milliseconds.</summary>
    public long Now { get; set; } = 1_700_000_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);
}
