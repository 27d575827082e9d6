using System.Buffers.Binary;

namespace MedStreams.Broker.Protocol;

/// <summary>Reads and writes values that carry their version in two bytes before them.</summary>
internal static class VersionedData
{
    /// <summary>A value with its version in front.</summary>
    public static byte[] Write<T>(short version, T value)
        where T : class, IVersionedData
    {
        using var frame = new FrameWriter();
        BinaryPrimitives.WriteInt16BigEndian(frame.Reserve(2), version);
        var w = Wire.Writer(frame, version, version >= T.FirstFlexibleVersion);
        value.Walk(ref w);
        return frame.ToArray();
    }

    /// <summary>Reads a value with its version in front.</summary>
    /// <param name="bytes">Version and value. Bytes behind the value are ignored.</param>
    /// <param name="value">The value; where the answer is false, a part of it.</param>
    /// <param name="version">The version that stands in front.</param>
    /// <returns>Whether the version is known and the bytes hold a value of it.</returns>
    public static bool TryRead<T>(ReadOnlyMemory<byte> bytes, out T value, out short version)
        where T : class, IVersionedData, new()
    {
        value = new T();
        return TryPeekVersion(bytes, out version)
            && version >= T.LowestVersion
            && version <= T.HighestVersion
            && TryReadBody(bytes[2..], version, value);
    }

    /// <summary>
    /// Reads a value of any version from the lowest on: one newer than those that are known is read as the highest of
    /// them, because later versions only add fields at the end. Consumers' subscriptions and assignments keep to that.
    /// </summary>
    public static bool TryReadForward<T>(ReadOnlyMemory<byte> bytes, out T value)
        where T : class, IVersionedData, new()
    {
        value = new T();
        return TryPeekVersion(bytes, out var version)
            && version >= T.LowestVersion
            && TryReadBody(bytes[2..], Math.Min(version, T.HighestVersion), value);
    }

    /// <summary>Reads only the version, which tells the keys of internal topics apart.</summary>
    public static bool TryPeekVersion(ReadOnlyMemory<byte> bytes, out short version) =>
        BinaryPrimitives.TryReadInt16BigEndian(bytes.Span, out version);

    private static bool TryReadBody<T>(ReadOnlyMemory<byte> body, short version, T value)
        where T : class, IVersionedData
    {
        var w = Wire.Reader(body, version, version >= T.FirstFlexibleVersion);
        value.Walk(ref w);
        return !w.Failed;
    }
}
