namespace MedStreams.Broker;

/// <summary>
/// When written records are durable, that is when they survive a power cut: a contract between the log and the producers
/// that asked for <c>acks=all</c>. Records survive the end of the process (<c>kill -9</c>) under every policy.
/// </summary>
/// <remarks>
/// Consumers never see a record that is not durable under the policy, so that no group's position can lie beyond what a
/// power cut leaves. <c>acks=1</c> and <c>acks=0</c> are not kept waiting for it.
/// </remarks>
public abstract record FlushPolicy
{
    private protected FlushPolicy()
    {
    }

    /// <summary>
    /// The default: one sync (fdatasync) covers everything that was written before it, in all partitions; in the long run
    /// syncs start at least <paramref name="window"/> apart. After a quiet time a record is synced at once, and up to eight syncs
    /// may follow each other without a wait, so that those of one transaction are not held up.
    /// </summary>
    /// <param name="window">
    /// From 0 (back to back) to 1 s. A longer window makes fewer, larger syncs and later acknowledgements.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The window is negative or longer than 1 s.</exception>
    public static FlushPolicy Grouped(TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, TimeSpan.FromSeconds(1));
        return new GroupedFlushPolicy(window);
    }

    /// <summary>
    /// Nothing is synced but at checkpoints, at the stop, and where topics ask for it (<c>flush.messages</c>,
    /// <c>flush.ms</c>); the operating system writes when it likes. Acknowledged records survive <c>kill -9</c> but may be
    /// lost in a power cut. Kafka's own default.
    /// </summary>
    public static FlushPolicy OperatingSystem { get; } = new OperatingSystemFlushPolicy();

    internal sealed record GroupedFlushPolicy(TimeSpan Window) : FlushPolicy;

    internal sealed record OperatingSystemFlushPolicy : FlushPolicy;
}
