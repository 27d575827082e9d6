using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MedStreams.Streams;

namespace MedStreams.Topologies.Recommendations;

/// <summary>A preference on its way to one of the tasks, which all get one.</summary>
/// <param name="Target">The task's partition.</param>
/// <param name="Item">The item; null: all of the user's.</param>
/// <param name="Value">The value; null: taken away.</param>
internal readonly record struct PreferenceChange(int Target, string? Item, double? Value);

/// <summary>Four bytes of target, one that tells what follows, eight of value, the item in UTF-8.</summary>
internal sealed class PreferenceChangeSerde : ISerde<PreferenceChange>
{
    private const byte HasValue = 1;
    private const byte HasItem = 2;
    private const int Fixed = 13;

    public static PreferenceChangeSerde Instance { get; } = new();

    public void Serialize(PreferenceChange value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var span = destination.GetSpan(Fixed);
        BinaryPrimitives.WriteInt32BigEndian(span, value.Target);
        span[4] = (byte)((value.Value is null ? 0 : HasValue) | (value.Item is null ? 0 : HasItem));
        BinaryPrimitives.WriteDoubleBigEndian(span[5..], value.Value ?? 0);
        destination.Advance(Fixed);
        if (value.Item is { } item)
            Encoding.UTF8.GetBytes(item, destination);
    }

    public PreferenceChange Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        if (data.Length < Fixed)
            throw new SerializationException($"A change of a preference has {Fixed} bytes or more, not {data.Length}.");
        return new(
            BinaryPrimitives.ReadInt32BigEndian(data),
            (data[4] & HasItem) == 0 ? null : Encoding.UTF8.GetString(data[Fixed..]),
            (data[4] & HasValue) == 0 ? null : BinaryPrimitives.ReadDoubleBigEndian(data[5..]));
    }
}

/// <summary>A cell of the matrix of users and items.</summary>
/// <param name="User">The user's id.</param>
/// <param name="Item">The item's id.</param>
internal readonly record struct PreferenceKey(string User, string Item);

/// <summary>Two bytes with the length of the user's id in UTF-8, that, and the item's, so that a user's cells lie together.</summary>
internal sealed class PreferenceKeySerde : ISerde<PreferenceKey>
{
    public static PreferenceKeySerde Instance { get; } = new();

    public void Serialize(PreferenceKey value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination.GetSpan(sizeof(ushort)), (ushort)Encoding.UTF8.GetByteCount(value.User));
        destination.Advance(sizeof(ushort));
        Encoding.UTF8.GetBytes(value.User, destination);
        Encoding.UTF8.GetBytes(value.Item, destination);
    }

    public PreferenceKey Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        var length = data.Length < sizeof(ushort) ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(data);
        if (length > data.Length - sizeof(ushort))
            throw new SerializationException("The key of a preference ends early.");
        return new(Encoding.UTF8.GetString(data.Slice(sizeof(ushort), length)), Encoding.UTF8.GetString(data[(sizeof(ushort) + length)..]));
    }
}
