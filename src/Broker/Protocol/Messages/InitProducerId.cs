namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class InitProducerIdRequest : IRequest<InitProducerIdResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.InitProducerId;

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

/// <summary>Response.</summary>
internal sealed class InitProducerIdResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.InitProducerId;

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
