namespace MedStreams.Broker.Protocol;

/// <summary>A request as it came, without the four bytes of its length: the header read, the body not yet.</summary>
/// <param name="Header">The header. Where the version is not served, its client id is empty.</param>
/// <param name="Api">The API that is called, or null if it is none of <see cref="ApiTable"/>.</param>
/// <param name="Body">The bytes behind the header; empty where the version is not served.</param>
internal readonly record struct RequestFrame(RequestHeader Header, ApiDescription? Api, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether the API is known and its version is served.</summary>
    public bool IsServed => Api is not null && Api.Served.Contains(Header.RequestApiVersion);

    /// <summary>Reads the header of a frame.</summary>
    /// <param name="frame">The frame without its length. The body, and records read from it, point into it.</param>
    /// <param name="request">The request, if the header could be read.</param>
    /// <returns>Whether the header could be read; otherwise the connection has to be closed.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> frame, out RequestFrame request)
    {
        request = default;
        var header = new RequestHeader();
        var start = Wire.Reader(frame, version: 0, flexible: false);
        header.Walk(ref start);
        if (start.Failed)
            return false;

        var api = ApiTable.Find(header.RequestApiKey);
        if (api is null || !api.Served.Contains(header.RequestApiVersion))
        {
            request = new RequestFrame(header, api, default);
            return true;
        }

        var headerVersion = api.RequestHeaderVersion(header.RequestApiVersion);
        var whole = Wire.Reader(frame, headerVersion, flexible: headerVersion >= 2);
        header.Walk(ref whole);
        if (whole.Failed)
            return false;
        request = new RequestFrame(header, api, frame[whole.Consumed..]);
        return true;
    }

    /// <summary>Reads the body. Bytes behind it are ignored, as Apache Kafka does.</summary>
    /// <typeparam name="T">The request of this API.</typeparam>
    /// <param name="body">The body, if it could be read.</param>
    /// <returns>Whether the body could be read; otherwise the connection has to be closed.</returns>
    public bool TryReadBody<T>(out T body)
        where T : class, IApiMessage, new() => TryReadBody(out body, out _);

    /// <summary>Reads the body, and says how far it could be read.</summary>
    /// <typeparam name="T">The request of this API.</typeparam>
    /// <param name="body">The body, if it could be read.</param>
    /// <param name="consumed">How many bytes could be read.</param>
    public bool TryReadBody<T>(out T body, out int consumed)
        where T : class, IApiMessage, new() => MessageCodec.TryRead(Body, Header.RequestApiVersion, out body, out consumed);
}
