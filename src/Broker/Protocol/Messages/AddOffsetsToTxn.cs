namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class AddOffsetsToTxnRequest : IRequest<AddOffsetsToTxnResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AddOffsetsToTxn;

    public string TransactionalId { get; set; } = "";

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

    public string GroupId { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        TransactionalId = w.String(TransactionalId);
        ProducerId = w.Int64(ProducerId);
        ProducerEpoch = w.Int16(ProducerEpoch);
        GroupId = w.String(GroupId);
        w.End();
    }
}

/// <summary>Response.</summary>
internal sealed class AddOffsetsToTxnResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AddOffsetsToTxn;

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
