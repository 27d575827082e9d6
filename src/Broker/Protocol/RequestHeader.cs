namespace MedStreams.Broker.Protocol;

/// <summary>What stands before the body of a request.</summary>
/// <remarks>
/// Version 1 has a client id; version 2, used where the body is flexible, keeps that id's length in two bytes and ends
/// with tagged fields. Version 0, without client id, belonged to an API that clients do not use.
/// </remarks>
internal sealed class RequestHeader : IWireStruct
{
    /// <summary>The API that is called; it may be none that this broker knows.</summary>
    public ApiKey RequestApiKey { get; set; }

    /// <summary>The version of the request and of the response.</summary>
    public short RequestApiVersion { get; set; }

    /// <summary>The number that the response repeats.</summary>
    public int CorrelationId { get; set; }

    /// <summary>The name that the client gives itself, or null.</summary>
    public string? ClientId { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        RequestApiKey = (ApiKey)w.Int16((short)RequestApiKey);
        RequestApiVersion = w.Int16(RequestApiVersion);
        CorrelationId = w.Int32(CorrelationId);
        if (w.Version >= 1)
            ClientId = w.NullableShortString(ClientId);
        w.End();
    }
}
