namespace MedStreams.Broker.Coordination;

/// <summary>How long transactions and their ids last.</summary>
internal sealed record TransactionLimits
{
    /// <summary><c>transaction.max.timeout.ms</c>, the longest that a client may ask for; default 15 minutes.</summary>
    public int MaxTimeoutMs { get; init; } = 900_000;

    /// <summary>
    /// <c>transaction.abort.timed.out.transaction.cleanup.interval.ms</c>: how often overdue transactions are looked
    /// for; default 10 s.
    /// </summary>
    public int AbortCheckMs { get; init; } = 10_000;

    /// <summary><c>transactional.id.expiration.ms</c>: an id unused for so long is forgotten; default seven days.</summary>
    public long IdExpirationMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary>
    /// <c>transaction.remove.expired.transaction.cleanup.interval.ms</c>: how often such ids are looked for; default 1 h.
    /// </summary>
    public int IdExpirationCheckMs { get; init; } = 3_600_000;

    /// <summary>
    /// <c>transaction.partition.verification.enable</c>: whether only partitions that were added to a transaction may be
    /// written by it; asked each time.
    /// </summary>
    public Func<bool> VerifiesPartitions { get; init; } = () => true;
}
