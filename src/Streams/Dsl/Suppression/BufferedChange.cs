using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Streams.Dsl.Suppression;

/// <summary>A change that is held back, with the context of the record that made it.</summary>
/// <param name="Time">When the key was first held back; decides who leaves first.</param>
/// <param name="Timestamp">The time of the last change.</param>
/// <param name="Headers">The headers of the last change.</param>
/// <param name="Metadata">Where the last change came from.</param>
/// <param name="Prior">The value that was last told; null for none.</param>
/// <param name="Old">The value before the last change.</param>
/// <param name="New">The value now.</param>
internal sealed record BufferedChange(
    long Time, long Timestamp, Headers Headers, RecordMetadata Metadata, byte[]? Prior, byte[]? Old, byte[]? New)
{
    /// <summary>About how much memory it takes, as Kafka Streams counts it, key included.</summary>
    public long SizeWith(int keyLength)
    {
        var size = 8L + keyLength + (Prior?.Length ?? 0) + (New?.Length ?? 0);
        if (Old is not null && !(Prior is not null && Prior.AsSpan().SequenceEqual(Old)))
            size += Old.Length;
        size += 8 + 8 + 4 + (Metadata.Topic?.Length ?? 0);
        foreach (var header in Headers)
            size += header.Key.Length + (header.Value?.Length ?? 0);
        return size;
    }
}

/// <summary>
/// The bytes of a change that is held back, as Kafka Streams writes them to changelogs: the context of the last change, the values, the time.
/// Numbers are big-endian; texts and values stand behind their lengths, -1 for null, -2 for an old value that equals the prior one.
/// </summary>
internal sealed class BufferedChangeSerde : ISerde<BufferedChange>
{
    private const int Null = -1;
    private const int SameAsPrior = -2;

    public void Serialize(BufferedChange value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        WriteLong(destination, value.Timestamp);
        WriteLong(destination, value.Metadata.Offset);
        Write(destination, value.Metadata.Topic is { } topic ? Encoding.UTF8.GetBytes(topic) : null);
        WriteInt(destination, value.Metadata.Partition);
        WriteInt(destination, value.Headers.Count);
        foreach (var header in value.Headers)
        {
            Write(destination, Encoding.UTF8.GetBytes(header.Key));
            Write(destination, header.Value?.ToArray());
        }

        Write(destination, value.Prior);
        if (value is { Old: { } old, Prior: { } prior } && old.AsSpan().SequenceEqual(prior))
            WriteInt(destination, SameAsPrior);
        else
            Write(destination, value.Old);
        Write(destination, value.New);
        WriteLong(destination, value.Time);
    }

    public BufferedChange Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        var timestamp = ReadLong(ref data);
        var offset = ReadLong(ref data);
        var topic = Read(ref data) is { } name ? Encoding.UTF8.GetString(name) : null;
        var metadata = new RecordMetadata(topic!, ReadInt(ref data), offset);
        var headers = new Header[CheckedCount(ReadInt(ref data), data.Length)];
        for (var i = 0; i < headers.Length; i++)
        {
            var key = Read(ref data) ?? throw Broken();
            headers[i] = new Header(Encoding.UTF8.GetString(key), Read(ref data) is { } bytes ? bytes : (ReadOnlyMemory<byte>?)null);
        }

        var prior = Read(ref data);
        var old = Read(ref data, prior);
        var now = Read(ref data);
        return new BufferedChange(ReadLong(ref data), timestamp, new Headers(headers), metadata, prior, old, now);
    }

    private static int CheckedCount(int count, int rest) => count >= 0 && count <= rest / 8 ? count : throw Broken();

    private static SerializationException Broken() => new("The bytes are no change that was held back.");

    private static void WriteLong(IBufferWriter<byte> destination, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(8), value);
        destination.Advance(8);
    }

    private static void WriteInt(IBufferWriter<byte> destination, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(4), value);
        destination.Advance(4);
    }

    private static void Write(IBufferWriter<byte> destination, byte[]? value)
    {
        WriteInt(destination, value?.Length ?? Null);
        if (value is not null)
            destination.Write(value);
    }

    private static long ReadLong(ref ReadOnlySpan<byte> data)
    {
        if (!BinaryPrimitives.TryReadInt64BigEndian(data, out var value))
            throw Broken();
        data = data[8..];
        return value;
    }

    private static int ReadInt(ref ReadOnlySpan<byte> data)
    {
        if (!BinaryPrimitives.TryReadInt32BigEndian(data, out var value))
            throw Broken();
        data = data[4..];
        return value;
    }

    private static byte[]? Read(ref ReadOnlySpan<byte> data, byte[]? prior = null)
    {
        var length = ReadInt(ref data);
        if (length == Null)
            return null;
        if (length == SameAsPrior && prior is not null)
            return prior;
        if (length < 0 || length > data.Length)
            throw Broken();
        var value = data[..length].ToArray();
        data = data[length..];
        return value;
    }
}
