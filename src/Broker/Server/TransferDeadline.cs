namespace MedStreams.Broker.Server;

/// <summary>
/// Bounds how long bytes may take in one direction of a connection: a fixed time and a second for each 64 KiB, so that neither a
/// client that sends drop by drop nor one that takes nothing keeps memory. One thread begins and ends, any may ask.
/// </summary>
internal sealed class TransferDeadline(TimeProvider clock, TimeSpan limit)
{
    private const long BytesPerSecond = 64 << 10;
    private const long None = 0;

    private long _due = None;

    /// <summary>Whether a transfer is under way that takes too long.</summary>
    public bool IsOverdue => Volatile.Read(ref _due) is not None and var due && clock.GetTimestamp() >= due;

    /// <summary>A transfer of so many bytes begins.</summary>
    public void Begin(long bytes)
    {
        var seconds = limit.TotalSeconds + ((double)bytes / BytesPerSecond);
        Volatile.Write(ref _due, Math.Max(1, clock.GetTimestamp() + (long)(seconds * clock.TimestampFrequency)));
    }

    /// <summary>The transfer has ended.</summary>
    public void End() => Volatile.Write(ref _due, None);
}
