namespace MedStreams.Broker.Protocol;

/// <summary>Data.</summary>
internal sealed class TransactionLogKey : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 0;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => short.MaxValue;

    public string TransactionalId { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        TransactionalId = w.String(TransactionalId);
        w.End();
    }
}
