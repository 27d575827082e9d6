using Confluent.Kafka;

namespace MedStreams.Streams.Kafka;

/// <summary>A key or value within a <see cref="ByteArena"/>; a negative length is null.</summary>
internal readonly record struct ByteSlice(int Start, int Length)
{
    public bool HasValue => Length >= 0;
}

/// <summary>The bytes of the one record that a consumer is handing over, reused from record to record.</summary>
internal sealed class ByteArena : IDeserializer<ByteSlice>
{
    private byte[] _bytes = new byte[4096];
    private int _used;

    public void Reset() => _used = 0;

    public ReadOnlySpan<byte> this[ByteSlice slice] =>
        slice.HasValue ? _bytes.AsSpan(slice.Start, slice.Length) : default;

    ByteSlice IDeserializer<ByteSlice>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (isNull)
            return new ByteSlice(0, -1);
        if (_bytes.Length - _used < data.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + data.Length));
        data.CopyTo(_bytes.AsSpan(_used));
        var slice = new ByteSlice(_used, data.Length);
        _used += data.Length;
        return slice;
    }
}
