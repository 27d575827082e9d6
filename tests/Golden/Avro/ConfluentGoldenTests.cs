using System.Buffers;
using System.Text.Json;
using MedStreams.Serialization.Avro;
using MedStreams.Serialization.Registry;
using MedStreams.Streams;

namespace MedStreams.Golden.Tests.Avro;

public sealed class ConfluentGoldenTests
{
    [Fact]
    public void Messages_have_the_bytes_of_Confluent_s_serializers()
    {
        var tally = new Tally("avro confluent");
        foreach (var (name, item) in AvroVectors.Chosen("confluent"))
        {
            if (item.GetProperty("hex").ValueKind == JsonValueKind.Null)
                tally.NotServed(); // the engine writes null values itself
            else
                tally.Count($"{name} {item.Text("what")}", Difference(item));
        }

        tally.Close();
    }

    private static string? Difference(JsonElement item)
    {
        var schema = item.Schema("schema");
        var client = new OneSchema(item.GetProperty("schemaId").GetInt32(), schema.ToString());
        var refused = item.IsError() || Decisions.Of(item) == Outcome.Refused;
        var writers = new RegistryWriters<object?>(client, AvroSerdeOptions.Default, new WriterSchemas(client), AvroCodec.Generic);
        var readers = new RegistryReaders<object?>(new WriterSchemas(client), AvroCodec.Generic);
        try
        {
            var value = readers.Read(item.Hex("hex"));
            if (refused)
                return "read";
            var buffer = new ArrayBufferWriter<byte>();
            RegistryPayload.Write(writers.Get("t", false, schema), value, buffer);
            var hex = Convert.ToHexStringLower(buffer.WrittenSpan);
            return hex == item.Text("hex") ? AvroVectors.Difference(item, value, schema) : $"was {hex}";
        }
        catch (SerializationException e)
        {
            return refused ? null : e.Message;
        }
    }

    /// <summary>A registry with one schema under any subject.</summary>
    private sealed class OneSchema(int id, string schema) : ISchemaRegistryClient
    {
        private readonly RegistrySchema _schema = new(schema);

        public Task<RegisteredSchema> RegisterAsync(string subject, RegistrySchema schema, bool normalize = false, CancellationToken cancellationToken = default) =>
            Task.FromResult(new RegisteredSchema(subject, 1, id, _schema));

        public Task<RegisteredSchema> FindAsync(string subject, RegistrySchema schema, bool normalize = false, CancellationToken cancellationToken = default) =>
            RegisterAsync(subject, schema, normalize, cancellationToken);

        public Task<RegistrySchema> GetAsync(int id, CancellationToken cancellationToken = default) => Task.FromResult(_schema);

        public Task<RegisteredSchema> GetVersionAsync(string subject, int? version = null, CancellationToken cancellationToken = default) =>
            RegisterAsync(subject, _schema, false, cancellationToken);
    }
}
