namespace MedStreams.Broker.Protocol;

/// <summary>
/// Gives a producer its id and epoch; a transactional one fences its predecessor and ends its transaction.
/// </summary>
/// <remarks>
/// By version. 2: flexible. 3: the producer may name the id and epoch that it has, to get the next epoch. 4:
/// PRODUCER_FENCED may be answered. 5: TRANSACTION_ABORTABLE may be answered.
/// </remarks>
internal sealed class InitProducerIdRequest : IRequest<InitProducerIdResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.InitProducerId;

    /// <summary>The transactional id, or null where the producer has none.</summary>
    public string? TransactionalId { get; set; } = "";

    public int TransactionTimeoutMs { get; set; }

    public long ProducerId { get; set; } = -1;

    public short ProducerEpoch { get; set; } = -1;

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        TransactionalId = w.NullableString(TransactionalId);
        TransactionTimeoutMs = w.Int32(TransactionTimeoutMs);
        if (w.Version >= 3)
        {
            ProducerId = w.Int64(ProducerId);
            ProducerEpoch = w.Int16(ProducerEpoch);
        }

        w.End();
    }
}

/// <summary>The producer's id and epoch.</summary>
internal sealed class InitProducerIdResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.InitProducerId;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public long ProducerId { get; set; } = -1;

    public short ProducerEpoch { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        ProducerId = w.Int64(ProducerId);
        ProducerEpoch = w.Int16(ProducerEpoch);
        w.End();
    }
}
