using System.Text.Json;
using MedStreams.Broker.Protocol;

namespace MedStreams.Golden.Tests.Protocol;

/// <summary>Holds one structure in one version against its recording, in both directions.</summary>
internal static class MessageCases
{
    /// <summary>Decodes and encodes; answers what differs, or null.</summary>
    public static string? Compare(JsonElement json, byte[] bytes, Type type, short version, bool flexible)
    {
        var decoded = (IWireStruct)Activator.CreateInstance(type)!;
        var reader = Wire.Reader(bytes, version, flexible);
        decoded.Walk(ref reader);
        if (reader.Failed)
            return $"reading failed at {reader.Consumed} of {bytes.Length}";
        if (reader.Consumed != bytes.Length)
            return $"{reader.Consumed} of {bytes.Length} bytes were used";
        if (MessageJson.Difference(json, decoded) is { } difference)
            return difference;
        if (!Encode(decoded, version, flexible).AsSpan().SequenceEqual(bytes))
            return "what was decoded encodes differently";
        return Encode((IWireStruct)MessageJson.Read(json, type), version, flexible).AsSpan().SequenceEqual(bytes)
            ? null
            : "the fields encode differently";
    }

    /// <summary>A structure's bytes.</summary>
    public static byte[] Encode(IWireStruct message, short version, bool flexible)
    {
        using var frame = new FrameWriter(16);
        var writer = Wire.Writer(frame, version, flexible);
        message.Walk(ref writer);
        return frame.ToArray();
    }
}
