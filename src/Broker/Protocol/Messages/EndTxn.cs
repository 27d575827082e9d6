namespace MedStreams.Broker.Protocol;

/// <summary>Commits or aborts the producer's transaction.</summary>
/// <remarks>
/// By version. 2: PRODUCER_FENCED may be answered. 3: flexible. 4: TRANSACTION_ABORTABLE may be answered.
/// </remarks>
internal sealed class EndTxnRequest : IRequest<EndTxnResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.EndTxn;

    /// <summary>The transactional id.</summary>
    public string TransactionalId { get; set; } = "";

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

    /// <summary>Whether to commit; otherwise abort.</summary>
    public bool Committed { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        TransactionalId = w.String(TransactionalId);
        ProducerId = w.Int64(ProducerId);
        ProducerEpoch = w.Int16(ProducerEpoch);
        Committed = w.Bool(Committed);
        w.End();
    }
}

/// <summary>Whether the end is decided; the markers may still be on their way.</summary>
internal sealed class EndTxnResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.EndTxn;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        w.End();
    }
}
