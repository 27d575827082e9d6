using System.Buffers;
using System.Runtime.CompilerServices;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Makes codecs of Avro's binary encoding.</summary>
public static class AvroCodec
{
    /// <summary>
    /// A codec of generic values (see <see cref="GenericRecord"/> for what they are), for schemas that are known at run time only.
    /// </summary>
    public static AvroCodec<object?> Generic(AvroSchema schema) => new(schema, GenericEncoders.For(schema), GenericDecoders.For);

    /// <summary>A codec of a type of C# with the schema that follows from the type. What becomes what is in docs/serdes.md.</summary>
    /// <param name="options">Names and namespaces.</param>
    /// <exception cref="AvroSchemaException">Avro has nothing for the type or a part of it.</exception>
    public static AvroCodec<T> For<T>(AvroTypeOptions? options = null) =>
        For<T>(TypeSchemas.Of(typeof(T), options ?? AvroTypeOptions.Default), options);

    /// <summary>
    /// A codec of a type of C# with a given schema, whose fields are found by their names. A field that the type lacks must
    /// have a default, which is written; a property that the schema lacks is an error.
    /// </summary>
    /// <param name="schema">What is written, and what is read becomes.</param>
    /// <param name="options">Names and namespaces.</param>
    /// <exception cref="AvroSchemaException">The type and the schema do not fit each other.</exception>
    public static AvroCodec<T> For<T>(AvroSchema schema, AvroTypeOptions? options = null)
    {
        var shape = TypeShape.Of(typeof(T));
        var used = options ?? AvroTypeOptions.Default;
        return new AvroCodec<T>(
            schema,
            (Encoder<T>)new TypeBinder(used).Encoder(shape, schema, typeof(T).Name),
            plan => (Decoder<T>)new TypeBinder(used).Decoder(shape, plan, typeof(T).Name));
    }

    /// <summary>The schema that follows from a type of C#.</summary>
    /// <exception cref="AvroSchemaException">Avro has nothing for the type or a part of it.</exception>
    public static AvroSchema SchemaOf<T>(AvroTypeOptions? options = null) => TypeSchemas.Of(typeof(T), options ?? AvroTypeOptions.Default);
}

/// <summary>
/// Writes values of one schema in Avro's binary encoding, and reads what was written by the same or another schema, resolving
/// the two. How a pair of schemas is read is worked out once and kept. Safe for use by several threads.
/// </summary>
public sealed class AvroCodec<T>
{
    private readonly Encoder<T> _encoder;
    private readonly Func<ReadPlan, Decoder<T>> _makeDecoder;
    private readonly ConditionalWeakTable<AvroSchema, Decoder<T>> _decoders = [];
    private Decoder<T>? _own;

    internal AvroCodec(AvroSchema schema, Encoder<T> encoder, Func<ReadPlan, Decoder<T>> makeDecoder)
    {
        Schema = schema;
        _encoder = encoder;
        _makeDecoder = makeDecoder;
    }

    /// <summary>What is written, and what is read becomes.</summary>
    public AvroSchema Schema { get; }

    /// <summary>Writes a value.</summary>
    /// <exception cref="SerializationException">The schema cannot hold it; the text names the field, never the content.</exception>
    public void Encode(T value, IBufferWriter<byte> destination)
    {
        var writer = new AvroWriter(destination);
        _encoder.Write(ref writer, value);
        writer.Flush();
    }

    /// <summary>The bytes of a value.</summary>
    /// <exception cref="SerializationException">The schema cannot hold it; the text names the field, never the content.</exception>
    public byte[] Encode(T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Encode(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a value that takes all of the bytes.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="writer">The schema that wrote them; null: <see cref="Schema"/>.</param>
    /// <exception cref="SerializationException">
    /// The bytes are no value of the writer's schema, or one that this schema cannot take. The text names the position and the
    /// field, never the content.
    /// </exception>
    public T Decode(ReadOnlySpan<byte> data, AvroSchema? writer = null) => Decode(DecoderFor(writer), data, writer ?? Schema);

    /// <summary>Reads a value from the beginning of the bytes.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="consumed">How many of them the value takes.</param>
    /// <param name="writer">The schema that wrote them; null: <see cref="Schema"/>.</param>
    /// <exception cref="SerializationException">As for <see cref="Decode(ReadOnlySpan{byte}, AvroSchema?)"/>, but for bytes that are left over.</exception>
    public T Decode(ReadOnlySpan<byte> data, out int consumed, AvroSchema? writer = null)
    {
        var reader = new AvroReader(data);
        var value = DecoderFor(writer).Read(ref reader);
        consumed = reader.Position;
        return reader.Failed ? throw FaultText.Of(ref reader, data, writer ?? Schema) : value;
    }

    /// <summary>Reads a value that takes all of the bytes, by a decoder of this codec.</summary>
    internal static T Decode(Decoder<T> decoder, ReadOnlySpan<byte> data, AvroSchema writer)
    {
        var reader = new AvroReader(data);
        var value = decoder.Read(ref reader);
        if (reader.Remaining > 0)
            reader.Fail(AvroFault.BytesLeft, reader.Position);
        return reader.Failed ? throw FaultText.Of(ref reader, data, writer) : value;
    }

    /// <summary>The decoder for what a schema wrote; null: <see cref="Schema"/>.</summary>
    internal Decoder<T> DecoderFor(AvroSchema? writer)
    {
        if (writer is null || writer == Schema)
            return _own ??= _makeDecoder(SchemaResolver.Resolve(Schema, Schema));
        return _decoders.GetValue(writer, written => _makeDecoder(SchemaResolver.Resolve(written, Schema)));
    }
}
