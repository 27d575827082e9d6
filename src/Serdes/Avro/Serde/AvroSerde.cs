using System.Buffers;
using System.Collections.Concurrent;
using MedStreams.Serialization.Registry;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Values of a type of C# in Avro with a schema registry: a zero byte, the writer's schema's id, the binary encoding, as
/// Confluent's serializers write. What becomes what is in docs/serdes.md. Values are read by their writer's schema and resolved
/// to the type's. The first value of each schema waits for the registry. Safe for use by several threads.
/// </summary>
/// <remarks>
/// Where the registry does not answer, or refuses access, <see cref="ISerde{T}.Serialize"/> and <see cref="ISerde{T}.Deserialize"/> throw
/// <see cref="RetriableException"/>, so that the engine waits instead of taking the record for a bad one. A schema that the registry refuses while
/// writing is a <see cref="SchemaRegistryException"/>.
/// </remarks>
public sealed class AvroSerde<T> : ISerde<T>
{
    private readonly AvroCodec<T> _codec;
    private readonly RegistryWriters<T> _writers;
    private readonly RegistryReaders<T> _readers;

    /// <summary>A serde that asks the registry when it is first used.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="options">How it is used; the defaults by default.</param>
    /// <exception cref="AvroSchemaException">Avro has nothing for the type, or the type does not fit the schema that the options name.</exception>
    public AvroSerde(ISchemaRegistryClient registry, AvroSerdeOptions? options = null)
    {
        var used = options ?? AvroSerdeOptions.Default;
        var schemas = new WriterSchemas(registry, used.RegistryPatience);
        _codec = used.Schema is { } schema ? AvroCodec.For<T>(schema, used.Types) : AvroCodec.For<T>(used.Types);
        _writers = new RegistryWriters<T>(registry, used, schemas, written => written == _codec.Schema ? _codec : AvroCodec.For<T>(written, used.Types));
        _readers = new RegistryReaders<T>(schemas, _ => _codec);
    }

    /// <summary>The schema of the type.</summary>
    public AvroSchema Schema => _codec.Schema;

    /// <inheritdoc/>
    public void Serialize(T value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var writer = _writers.Get(context.Topic, context.IsKey, _codec.Schema);
        RegistryPayload.Write(writer, value, destination);
    }

    /// <inheritdoc/>
    public T Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => _readers.Read(data);
}

/// <summary>
/// Generic records in Avro with a schema registry, for programs that learn schemas at run time. As <see cref="AvroSerde{T}"/> otherwise:
/// a record is written by its own schema, and read as what its writer wrote, unless the options name a schema.
/// </summary>
public sealed class GenericAvroSerde : ISerde<GenericRecord>
{
    private readonly AvroSerdeOptions _options;
    private readonly RegistryWriters<GenericRecord> _writers;
    private readonly RegistryReaders<GenericRecord> _readers;

    /// <summary>A serde that asks the registry when it is first used.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="options">How it is used; the defaults by default.</param>
    public GenericAvroSerde(ISchemaRegistryClient registry, AvroSerdeOptions? options = null)
    {
        _options = options ?? AvroSerdeOptions.Default;
        var schemas = new WriterSchemas(registry, _options.RegistryPatience);
        var codecs = new ConcurrentDictionary<AvroSchema, AvroCodec<GenericRecord>>();
        AvroCodec<GenericRecord> CodecFor(AvroSchema schema) => codecs.GetOrAdd(schema, static s => AvroCodec.For<GenericRecord>(s));
        _writers = new RegistryWriters<GenericRecord>(registry, _options, schemas, CodecFor);
        _readers = new RegistryReaders<GenericRecord>(schemas, writer => CodecFor(_options.Schema ?? writer));
    }

    /// <inheritdoc/>
    public void Serialize(GenericRecord value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var writer = _writers.Get(context.Topic, context.IsKey, _options.Schema ?? value.Schema);
        RegistryPayload.Write(writer, value, destination);
    }

    /// <inheritdoc/>
    public GenericRecord Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => _readers.Read(data);
}

/// <summary>
/// Values in Avro's binary encoding alone, without anything in front: for state stores and topics whose only schema is known. A
/// type that changes cannot read what it wrote before; use a registry where data outlive the type.
/// </summary>
public sealed class AvroBinarySerde<T>(AvroCodec<T> codec) : ISerde<T>
{
    /// <inheritdoc/>
    public void Serialize(T value, IBufferWriter<byte> destination, in SerdeContext context) => codec.Encode(value, destination);

    /// <inheritdoc/>
    public T Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => codec.Decode(data);
}
