using System.Buffers;
using System.Collections.Concurrent;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Reads values by the schemas that their ids name. Safe for use by several threads.</summary>
internal sealed class RegistryReaders<T>(WriterSchemas schemas, Func<AvroSchema, AvroCodec<T>> codecFor)
{
    private readonly ConcurrentDictionary<int, Reading> _readers = new();
    private Reading? _last;

    /// <summary>Reads a value behind its schema's id.</summary>
    /// <exception cref="SerializationException">The bytes are no such value, or their schema cannot be had or used.</exception>
    public T Read(ReadOnlySpan<byte> data)
    {
        var id = ConfluentFrame.ReadId(data);
        var reading = _last;
        if (reading is null || reading.Id != id)
        {
            reading = _readers.TryGetValue(id, out var known) ? known : _readers.GetOrAdd(id, Make(id));
            _last = reading;
        }

        var payload = data[ConfluentFrame.HeaderLength..];
        return reading.Writer.Type == AvroType.Bytes ? ReadRaw(reading, payload) : AvroCodec<T>.Decode(reading.Decoder, payload, reading.Writer);
    }

    /// <summary>Bytes as a whole value go without their length in Confluent's form, so the codec gets one in front.</summary>
    private static T ReadRaw(Reading reading, ReadOnlySpan<byte> payload)
    {
        var buffer = new ArrayBufferWriter<byte>(payload.Length + 10);
        var writer = new AvroWriter(buffer);
        writer.WriteBytes(payload);
        writer.Flush();
        return AvroCodec<T>.Decode(reading.Decoder, buffer.WrittenSpan, reading.Writer);
    }

    private Reading Make(int id)
    {
        var writer = schemas.Get(id);
        try
        {
            var codec = codecFor(writer);
            return new Reading(id, writer, codec.DecoderFor(writer));
        }
        catch (AvroSchemaException e)
        {
            throw new SerializationException($"The schema of id {id} does not fit {typeof(T).Name}: {e.Message}", e);
        }
    }

    private sealed record Reading(int Id, AvroSchema Writer, Decoder<T> Decoder);
}

/// <summary>Writes values behind their schema's id.</summary>
internal static class RegistryPayload
{
    public static void Write<T>(RegistryWriter<T> writer, T value, IBufferWriter<byte> destination)
    {
        ConfluentFrame.Write(destination, writer.SchemaId);
        if (writer.Codec.Schema.Type != AvroType.Bytes)
        {
            writer.Codec.Encode(value, destination);
            return;
        }

        // As in RegistryReaders: without the length.
        var reader = new AvroReader(writer.Codec.Encode(value));
        destination.Write(reader.ReadSpan());
    }
}
