using System.Text.Json.Nodes;
using MedStreams.Serialization.Avro;
using MedStreams.Streams;

namespace MedStreams.Serialization.Tests.Avro;

public sealed class GeneratedTests
{
    private const int Schemas = 400;

    public static TheoryData<int> Seeds() => [1, 2, 3, 4, 5];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Values_come_back_as_they_were(int seed)
    {
        foreach (var (name, schema, value) in Cases(seed))
        {
            var codec = AvroCodec.Generic(schema);
            Assert.True(GenericEquality.Values(value, codec.Decode(codec.Encode(value))), name);
            Assert.True(GenericEquality.Values(value, AvroJson.Read(AvroJson.Write(value, schema), schema)), name);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_schema_s_own_JSON_is_the_same_schema(int seed)
    {
        foreach (var (name, schema, _) in Cases(seed))
        {
            var again = AvroSchema.Parse(schema.ToString());
            Assert.True(again.ToString() == schema.ToString() && again.CanonicalForm == schema.CanonicalForm, name);
            Assert.Empty(SchemaCompatibility.Check(again, schema));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Compatible_changes_are_read_as_the_specification_says(int seed)
    {
        var random = new Random(seed);
        var changed = 0;
        foreach (var (name, schema, value) in Cases(seed))
        {
            var (json, convert) = new Evolution(random).Of(schema);
            var reader = AvroSchema.Parse(json.ToJsonString());
            var expected = AvroJson.Read(convert(JsonNode.Parse(AvroJson.Write(value, schema)))!.ToJsonString(), reader);

            Assert.Empty(SchemaCompatibility.Check(reader, schema));
            var actual = AvroCodec.Generic(reader).Decode(AvroCodec.Generic(schema).Encode(value), schema);
            Assert.True(GenericEquality.Values(expected, actual), $"{name}: {schema} -> {reader}");
            changed += reader.CanonicalForm == schema.CanonicalForm ? 0 : 1;
        }

        Assert.True(changed > Schemas / 2, $"only {changed} schemas changed");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damaged_bytes_are_refused_or_read_and_never_harm(int seed)
    {
        var random = new Random(seed);
        foreach (var (_, schema, value) in Cases(seed))
        {
            var codec = AvroCodec.Generic(schema);
            var bytes = codec.Encode(value);
            for (var i = 0; i < 20; i++)
            {
                var damaged = Damage(bytes, random);
                try
                {
                    _ = AvroJson.Write(codec.Decode(damaged, out _), schema);
                }
                catch (SerializationException e)
                {
                    Assert.StartsWith("The bytes are no", e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    internal static IEnumerable<(string Name, AvroSchema Schema, object? Value)> Cases(int seed, int count = Schemas, bool plain = false)
    {
        for (var i = 0; i < count; i++)
        {
            var random = new Random((seed * 100_000) + i);
            var schema = AvroSchema.Parse(new SchemaMaker(random, plain).Record().ToJsonString());
            yield return ($"seed {seed}, schema {i}", schema, new ValueMaker(random).Value(schema));
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes.ToList();
        var at = random.Next(damaged.Count + 1);
        switch (random.Next(4))
        {
            case 0:
                damaged.RemoveRange(at, damaged.Count - at);
                break;
            case 1:
                damaged.Insert(at, (byte)random.Next(256));
                break;
            case 2:
                damaged.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
                break;
            default:
                if (at < damaged.Count)
                    damaged[at] ^= (byte)(1 << random.Next(8));
                break;
        }

        return [.. damaged];
    }
}
