namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class EndTxnRequest : IRequest<EndTxnResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.EndTxn;

    public string TransactionalId { get; set; } = "";

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

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

/// <summary>Response.</summary>
internal sealed class EndTxnResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.EndTxn;

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
