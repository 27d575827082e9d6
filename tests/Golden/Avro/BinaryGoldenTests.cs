using System.Text.Json;
using MedStreams.Serialization.Avro;
using MedStreams.Streams;

namespace MedStreams.Golden.Tests.Avro;

public sealed class BinaryGoldenTests
{
    [Fact]
    public void Values_are_written_and_read_as_in_Java()
    {
        var tally = new Tally("avro binary");
        foreach (var (name, item) in AvroVectors.Seeded("binary", "schemas"))
        {
            var schema = item.Schema("schema");
            foreach (var value in item.GetProperty("cases").EnumerateArray())
                tally.Count(name, Difference(schema, value));
        }

        tally.Close();
    }

    [Fact]
    public void Malformed_bytes_are_refused_and_others_read_as_in_Java()
    {
        var tally = new Tally("avro malformed");
        foreach (var (name, item) in AvroVectors.Seeded("malformed", "schemas"))
        {
            var schema = item.Schema("schema");
            foreach (var input in item.GetProperty("cases").EnumerateArray())
                tally.Count($"{name} {input.Text("what")}", Reading(schema, input));
        }

        tally.Close();
    }

    [Fact]
    public void Lengths_and_counts_that_lie_are_refused()
    {
        var tally = new Tally("avro lengths");
        foreach (var (name, item) in AvroVectors.Chosen("lengths"))
            tally.Count($"{name} {item.Text("what")}", Reading(item.Schema("schema"), item));

        tally.Close();
    }

    private static string? Difference(AvroSchema schema, JsonElement item)
    {
        var codec = AvroCodec.Generic(schema);
        var value = AvroJson.Read(item.GetProperty("json"), schema);
        var hex = Convert.ToHexStringLower(codec.Encode(value));
        if (hex != item.Text("hex"))
            return $"expected {item.Text("hex")}, was {hex}";
        if (!GenericEquality.Values(AvroJson.Read(AvroJson.Write(value, schema), schema), value))
            return "the value's own JSON means something else";
        return AvroVectors.Difference(item, codec.Decode(item.Hex("hex")), schema)
            ?? (item.TryGetProperty("blockedHex", out _)
                ? AvroVectors.Difference(item, codec.Decode(item.Hex("blockedHex")), schema)
                : null);
    }

    private static string? Reading(AvroSchema schema, JsonElement item)
    {
        var data = item.TryGetProperty("times", out var times)
            ? [.. Enumerable.Repeat(item.Hex("repeatHex"), times.GetInt32()).SelectMany(bytes => bytes)]
            : item.Hex("hex");
        var refused = item.IsError() || Decisions.Of(item) == Outcome.Refused;
        try
        {
            var value = AvroCodec.Generic(schema).Decode(data, out var consumed);
            if (refused)
                return $"read {AvroJson.Write(value, schema)}";
            if (consumed != item.GetProperty("consumed").GetInt32())
                return $"{consumed} bytes were used";
            return item.GetProperty("json").ToString() is ['(', .. var count, ' ', 'i', 't', 'e', 'm', 's', ')']
                ? ((List<object?>)value!).Count == int.Parse(count) ? null : "another number of items"
                : AvroVectors.Difference(item, value, schema);
        }
        catch (SerializationException e)
        {
            return refused ? null : e.Message;
        }
    }
}
