namespace MedStreams.Broker.Protocol;

/// <summary>Adds the offsets of a group to the producer's transaction.</summary>
/// <remarks>
/// By version. 2: PRODUCER_FENCED may be answered. 3: flexible. 4: TRANSACTION_ABORTABLE may be answered.
/// </remarks>
internal sealed class AddOffsetsToTxnRequest : IRequest<AddOffsetsToTxnResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AddOffsetsToTxn;

    /// <summary>The transactional id.</summary>
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

/// <summary>Whether the group was added.</summary>
internal sealed class AddOffsetsToTxnResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AddOffsetsToTxn;

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
