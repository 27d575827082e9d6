using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>A value from a number; false where the number is beyond the type.</summary>
internal delegate bool FromNumber<T>(long number, out T value);

/// <summary>The number of a value; false where the schema's type is too small for it.</summary>
internal delegate bool ToNumber<in T>(T value, out long number);

/// <summary>A value from bytes; false where they are none of the type.</summary>
internal delegate bool FromBytes<T>(ReadOnlySpan<byte> bytes, out T value);

/// <summary>Writes a value; false where the schema cannot hold it.</summary>
internal delegate bool WriteValue<in T>(ref AvroWriter writer, T value);

/// <summary>A type of .NET that stands for an int or a long.</summary>
internal sealed class NumberDecoder<T>(AvroType writer, FromNumber<T> convert) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        var at = reader.Position;
        var number = writer == AvroType.Int ? reader.ReadInt32() : reader.ReadInt64();
        if (reader.Failed)
            return default!;
        if (convert(number, out var value))
            return value;
        reader.Fail(AvroFault.Unreadable, at, $"a number is beyond {typeof(T).Name}");
        return default!;
    }
}

/// <inheritdoc cref="NumberDecoder{T}"/>
internal sealed class NumberEncoder<T>(string place, ToNumber<T> convert) : Encoder<T>
{
    public override void Write(ref AvroWriter writer, T value)
    {
        if (!convert(value, out var number))
            throw new SerializationException($"{place} is beyond what its schema can hold.");
        writer.WriteInt64(number);
    }
}

/// <summary>A type of .NET that stands for a string, for bytes or for a fixed of that size.</summary>
internal sealed class SpanDecoder<T>(int? size, FromBytes<T> convert) : Decoder<T>
{
    public override T Read(ref AvroReader reader)
    {
        var at = reader.Position;
        var bytes = size is { } count ? reader.Take(count) : reader.ReadSpan();
        if (reader.Failed)
            return default!;
        if (convert(bytes, out var value))
            return value;
        reader.Fail(AvroFault.Unreadable, at, $"bytes are no {typeof(T).Name}");
        return default!;
    }
}

/// <inheritdoc cref="SpanDecoder{T}"/>
internal sealed class ValueEncoder<T>(string place, WriteValue<T> write) : Encoder<T>
{
    public override void Write(ref AvroWriter writer, T value)
    {
        if (!write(ref writer, value))
            throw new SerializationException($"{place} is beyond what its schema can hold.");
    }
}
