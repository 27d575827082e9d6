namespace MedStreams.Broker.Protocol;

/// <summary>
/// What stands before the body of a response: version 1, used where the body is flexible, adds tagged fields.
/// </summary>
internal sealed class ResponseHeader : IWireStruct
{
    /// <summary>The number from the request's header.</summary>
    public int CorrelationId { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        CorrelationId = w.Int32(CorrelationId);
        w.End();
    }
}
