using System.Buffers.Binary;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>Reads what the bytes of subscriptions and responses have in common.</summary>
internal ref struct WrapperReader(ReadOnlySpan<byte> data)
{
    private const byte NoHash = 0x80;

    /// <summary>What has not been read.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = data;

    public byte ReadByte() => Take(1)[0];

    /// <summary>Reads the first byte.</summary>
    /// <exception cref="SerializationException">A newer version wrote the bytes.</exception>
    public byte ReadVersion(byte newest, out bool hasHash)
    {
        var first = ReadByte();
        hasHash = (first & NoHash) == 0;
        var version = (byte)(first & ~NoHash);
        return version <= newest
            ? version
            : throw new SerializationException($"Version {version} of a foreign-key join's records is not known, only up to {newest}.");
    }

    public ValueHash? ReadHash(bool isThere)
    {
        if (!isThere)
            return null;
        var bytes = Take(ValueHash.Length);
        return new ValueHash(
            BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]));
    }

    public int ReadLastInt32()
    {
        Require(sizeof(int));
        var value = BinaryPrimitives.ReadInt32BigEndian(Rest[^sizeof(int)..]);
        Rest = Rest[..^sizeof(int)];
        return value;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        Require(length);
        var taken = Rest[..length];
        Rest = Rest[length..];
        return taken;
    }

    private readonly void Require(int length)
    {
        if (Rest.Length < length)
            throw new SerializationException("A record of a foreign-key join is too short.");
    }
}
