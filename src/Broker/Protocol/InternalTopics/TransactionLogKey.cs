namespace MedStreams.Broker.Protocol;

/// <summary>The key of a transactional id in __transaction_state.</summary>
internal sealed class TransactionLogKey : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 0;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => short.MaxValue;

    /// <summary>The transactional id.</summary>
    public string TransactionalId { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        TransactionalId = w.String(TransactionalId);
        w.End();
    }
}
