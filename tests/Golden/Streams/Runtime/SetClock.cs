namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>A clock that shows what it is set to; timers and measured times are the system's. Safe for use by several threads.</summary>
internal sealed class SetClock : TimeProvider
{
    private long _milliseconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _milliseconds));

    public void Advance(long milliseconds) => Interlocked.Add(ref _milliseconds, milliseconds);
}
