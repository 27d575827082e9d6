using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Writes Avro's binary encoding. <see cref="Flush"/> ends the work; before it, bytes may be missing from the destination.</summary>
internal ref struct AvroWriter(IBufferWriter<byte> destination)
{
    private const int MaxVarint = 10;

    private Span<byte> _free = [];
    private int _used;
    private int _depth;

    /// <summary>Begins a record or a collection.</summary>
    /// <exception cref="SerializationException">They nest too deep.</exception>
    public void Enter()
    {
        if (++_depth > AvroLimits.Depth)
            throw new SerializationException($"The value nests deeper than {AvroLimits.Depth} levels, or refers to itself.");
    }

    /// <summary>Ends a record or a collection.</summary>
    public void Leave() => _depth--;

    public void WriteBoolean(bool value)
    {
        Reserve(1);
        _free[_used++] = value ? (byte)1 : (byte)0;
    }

    public void WriteInt32(int value) => WriteVarint((uint)((value << 1) ^ (value >> 31)));

    public void WriteInt64(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>A float; every NaN as the one of Java, so that equal values have equal bytes.</summary>
    public void WriteSingle(float value)
    {
        Reserve(4);
        BinaryPrimitives.WriteInt32LittleEndian(_free[_used..], float.IsNaN(value) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(value));
        _used += 4;
    }

    /// <summary>A double; every NaN as the one of Java, so that equal values have equal bytes.</summary>
    public void WriteDouble(double value)
    {
        Reserve(8);
        BinaryPrimitives.WriteInt64LittleEndian(_free[_used..], double.IsNaN(value) ? 0x7FF8000000000000 : BitConverter.DoubleToInt64Bits(value));
        _used += 8;
    }

    /// <summary>Text that is not null, as UTF-8 behind its length.</summary>
    public void WriteString(string value)
    {
        // A length of one byte fits up to 63 bytes; what surely is as short is written at once.
        if (value.Length <= 21)
        {
            Reserve(1 + (3 * value.Length));
            var bytes = Encoding.UTF8.GetBytes(value, _free[(_used + 1)..]);
            _free[_used] = (byte)(bytes << 1);
            _used += 1 + bytes;
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        WriteInt64(length);
        Reserve(length);
        _used += Encoding.UTF8.GetBytes(value, _free[_used..]);
    }

    /// <summary>Bytes behind their length.</summary>
    public void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        WriteInt64(value.Length);
        WriteRaw(value);
    }

    /// <summary>Bytes as they are.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_free[_used..]);
        _used += value.Length;
    }

    /// <summary>Begins the only block of a collection; nothing for an empty one. <see cref="EndCollection"/> ends it.</summary>
    public void BeginCollection(int count)
    {
        Enter();
        if (count > 0)
            WriteInt64(count);
    }

    /// <summary>Ends a collection.</summary>
    public void EndCollection()
    {
        Reserve(1);
        _free[_used++] = 0;
        Leave();
    }

    /// <summary>Hands everything to the destination.</summary>
    public void Flush()
    {
        if (_used > 0)
            destination.Advance(_used);
        _free = [];
        _used = 0;
    }

    private void WriteVarint(ulong value)
    {
        Reserve(MaxVarint);
        while (value >= 0x80)
        {
            _free[_used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _free[_used++] = (byte)value;
    }

    private void Reserve(int count)
    {
        if (_free.Length - _used >= count)
            return;
        Flush();
        _free = destination.GetSpan(Math.Max(count, 256));
    }
}
