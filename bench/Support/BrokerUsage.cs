namespace MedStreams.Bench.Support;

/// <summary>What a broker in a process of its own has done and taken so far.</summary>
/// <param name="Flushes">Rounds of syncs.</param>
/// <param name="FlushSeconds">How long they took together.</param>
/// <param name="Produces">Produce requests: librdkafka sends one batch of one partition in each.</param>
/// <param name="AllocatedBytes">Managed bytes that it allocated.</param>
/// <param name="ManagedBytes">Managed bytes in use, what is no longer needed but not collected yet among them.</param>
/// <param name="CommittedBytes">Memory that the garbage collector holds.</param>
/// <param name="Collections">Garbage collections.</param>
public sealed record BrokerUsage(
    long Flushes, double FlushSeconds, long Produces, long AllocatedBytes, long ManagedBytes, long CommittedBytes, int Collections)
{
    /// <summary>That of a broker that shows nothing.</summary>
    public static BrokerUsage None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>What came since an earlier moment; managed bytes are those of now.</summary>
    public BrokerUsage Since(BrokerUsage before) => new(
        Flushes - before.Flushes,
        FlushSeconds - before.FlushSeconds,
        Produces - before.Produces,
        AllocatedBytes - before.AllocatedBytes,
        ManagedBytes,
        CommittedBytes,
        Collections - before.Collections);
}
