using System.Buffers.Binary;

namespace MedStreams.Broker.Protocol;

/// <summary>Reads and writes whole messages.</summary>
internal static class MessageCodec
{
    /// <summary>Reads a body of an API.</summary>
    /// <param name="bytes">The bytes behind the header. Records in the message point into them.</param>
    /// <param name="version">The version from the header.</param>
    /// <param name="message">The message; where the answer is false, a part of it.</param>
    /// <param name="consumed">How many bytes the message takes.</param>
    /// <returns>Whether the bytes hold a message of that version.</returns>
    public static bool TryRead<T>(ReadOnlyMemory<byte> bytes, short version, out T message, out int consumed)
        where T : class, IApiMessage, new()
    {
        var w = Wire.Reader(bytes, version, ApiTable.Get(T.Api).IsFlexible(version));
        message = new T();
        message.Walk(ref w);
        consumed = w.Consumed;
        return !w.Failed;
    }

    /// <summary>Writes a body of an API at the end of a frame.</summary>
    public static void Write<T>(FrameWriter frame, short version, T message)
        where T : class, IApiMessage
    {
        var w = Wire.Writer(frame, version, ApiTable.Get(T.Api).IsFlexible(version));
        message.Walk(ref w);
    }

    /// <summary>Writes a whole response: length, header and body.</summary>
    /// <param name="correlationId">The number from the request.</param>
    /// <param name="version">The version of the request.</param>
    /// <param name="response">The body. Its records must not change until the frame has been sent.</param>
    /// <returns>The frame, to be disposed of when it has been sent.</returns>
    public static FrameWriter WriteResponse<T>(int correlationId, short version, T response)
        where T : class, IResponse
    {
        var headerVersion = ApiTable.Get(T.Api).ResponseHeaderVersion(version);
        var header = new ResponseHeader { CorrelationId = correlationId };
        return WriteFrame(header, headerVersion, headerVersion >= 1, version, response);
    }

    /// <summary>Writes a whole request, as a client would: length, header and body.</summary>
    /// <param name="correlationId">The number that the response will repeat.</param>
    /// <param name="clientId">The client's name, or null.</param>
    /// <param name="version">The version of the body.</param>
    /// <param name="request">The body. Its records must not change until the frame has been sent.</param>
    /// <returns>The frame, to be disposed of when it has been sent.</returns>
    public static FrameWriter WriteRequest<T>(int correlationId, string? clientId, short version, T request)
        where T : class, IApiMessage
    {
        var header = new RequestHeader
        {
            RequestApiKey = T.Api,
            RequestApiVersion = version,
            CorrelationId = correlationId,
            ClientId = clientId,
        };
        var headerVersion = ApiTable.Get(T.Api).RequestHeaderVersion(version);
        return WriteFrame(header, headerVersion, headerVersion >= 2, version, request);
    }

    private static FrameWriter WriteFrame<T>(
        IWireStruct header, short headerVersion, bool headerFlexible, short version, T body)
        where T : class, IApiMessage
    {
        var frame = new FrameWriter();
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.Reserve(4), 0);
            var w = Wire.Writer(frame, headerVersion, headerFlexible);
            header.Walk(ref w);
            Write(frame, version, body);
            frame.SetInt32(0, checked((int)(frame.Length - 4)));
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }
}
