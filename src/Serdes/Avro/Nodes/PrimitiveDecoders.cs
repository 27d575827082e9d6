using System.Reflection;

namespace MedStreams.Serialization.Avro;

/// <summary>The value that has no bytes.</summary>
internal sealed class NullDecoder<T> : Decoder<T>
{
    public override T Read(ref AvroReader reader) => default!;
}

internal sealed class BooleanDecoder : Decoder<bool>
{
    public override MethodInfo Direct { get; } = ReaderMethod(nameof(AvroReader.ReadBoolean));

    public override bool Read(ref AvroReader reader) => reader.ReadBoolean();
}

internal sealed class Int32Decoder : Decoder<int>
{
    public override MethodInfo Direct { get; } = ReaderMethod(nameof(AvroReader.ReadInt32));

    public override int Read(ref AvroReader reader) => reader.ReadInt32();
}

/// <summary>A long, also from an int.</summary>
internal sealed class Int64Decoder(AvroType writer) : Decoder<long>
{
    public override MethodInfo? Direct { get; } = writer == AvroType.Long ? ReaderMethod(nameof(AvroReader.ReadInt64)) : null;

    public override long Read(ref AvroReader reader) => writer == AvroType.Long ? reader.ReadInt64() : reader.ReadInt32();
}

/// <summary>A float, also from an int or a long.</summary>
internal sealed class SingleDecoder(AvroType writer) : Decoder<float>
{
    public override MethodInfo? Direct { get; } = writer == AvroType.Float ? ReaderMethod(nameof(AvroReader.ReadSingle)) : null;

    public override float Read(ref AvroReader reader) => writer switch
    {
        AvroType.Int => reader.ReadInt32(),
        AvroType.Long => reader.ReadInt64(),
        _ => reader.ReadSingle(),
    };
}

/// <summary>A double, also from an int, a long or a float.</summary>
internal sealed class DoubleDecoder(AvroType writer) : Decoder<double>
{
    public override MethodInfo? Direct { get; } = writer == AvroType.Double ? ReaderMethod(nameof(AvroReader.ReadDouble)) : null;

    public override double Read(ref AvroReader reader) => writer switch
    {
        AvroType.Int => reader.ReadInt32(),
        AvroType.Long => reader.ReadInt64(),
        AvroType.Float => reader.ReadSingle(),
        _ => reader.ReadDouble(),
    };
}

/// <summary>A string, also from bytes.</summary>
internal sealed class StringDecoder : Decoder<string>
{
    public override MethodInfo Direct { get; } = ReaderMethod(nameof(AvroReader.ReadString));

    public override string Read(ref AvroReader reader) => reader.ReadString();
}

/// <summary>Bytes, also from a string.</summary>
internal sealed class BytesDecoder : Decoder<byte[]>
{
    public override MethodInfo Direct { get; } = ReaderMethod(nameof(AvroReader.ReadBytes));

    public override byte[] Read(ref AvroReader reader) => reader.ReadBytes();
}

/// <summary>A fixed number of bytes.</summary>
internal sealed class FixedDecoder(int size) : Decoder<byte[]>
{
    public override byte[] Read(ref AvroReader reader) => reader.Take(size).ToArray();
}
