using System.Reflection;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>The value that has no bytes.</summary>
internal sealed class NullEncoder<T>(string place) : Encoder<T>
{
    public override void Write(ref AvroWriter writer, T value)
    {
        if (value is not null)
            throw new SerializationException($"{place} is not null, and its schema has null only.");
    }
}

internal sealed class BooleanEncoder : Encoder<bool>
{
    public override MethodInfo Direct { get; } = WriterMethod(nameof(AvroWriter.WriteBoolean));

    public override void Write(ref AvroWriter writer, bool value) => writer.WriteBoolean(value);
}

internal sealed class Int32Encoder : Encoder<int>
{
    public override MethodInfo Direct { get; } = WriterMethod(nameof(AvroWriter.WriteInt32));

    public override void Write(ref AvroWriter writer, int value) => writer.WriteInt32(value);
}

internal sealed class Int64Encoder : Encoder<long>
{
    public override MethodInfo Direct { get; } = WriterMethod(nameof(AvroWriter.WriteInt64));

    public override void Write(ref AvroWriter writer, long value) => writer.WriteInt64(value);
}

internal sealed class SingleEncoder : Encoder<float>
{
    public override MethodInfo Direct { get; } = WriterMethod(nameof(AvroWriter.WriteSingle));

    public override void Write(ref AvroWriter writer, float value) => writer.WriteSingle(value);
}

internal sealed class DoubleEncoder : Encoder<double>
{
    public override MethodInfo Direct { get; } = WriterMethod(nameof(AvroWriter.WriteDouble));

    public override void Write(ref AvroWriter writer, double value) => writer.WriteDouble(value);
}

internal sealed class StringEncoder(string place) : Encoder<string>
{
    public override void Write(ref AvroWriter writer, string value) =>
        writer.WriteString(value ?? throw Unwritable.Null(place));
}

internal sealed class BytesEncoder(string place) : Encoder<byte[]>
{
    public override void Write(ref AvroWriter writer, byte[] value) =>
        writer.WriteBytes(value ?? throw Unwritable.Null(place));
}

internal sealed class FixedEncoder(string place, int size) : Encoder<byte[]>
{
    public override void Write(ref AvroWriter writer, byte[] value)
    {
        if (value is null)
            throw Unwritable.Null(place);
        if (value.Length != size)
            throw new SerializationException($"{place} has {value.Length} bytes where its schema says {size}.");
        writer.WriteRaw(value);
    }
}

/// <summary>Errors of encoders.</summary>
internal static class Unwritable
{
    public static SerializationException Null(string place) => new($"{place} is null, and its schema has no null.");
}
