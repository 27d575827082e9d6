using System.Text.Json;
using MedStreams.Serialization.Avro;
using MedStreams.Streams;

namespace MedStreams.Golden.Tests.Avro;

public sealed class ResolutionGoldenTests
{
    [Fact]
    public void Pairs_of_schemas_resolve_as_in_Java()
    {
        var tally = new Tally("avro resolution");
        foreach (var (name, pair) in AvroVectors.Seeded("resolution", "pairs"))
        {
            var (writer, reader) = (pair.Schema("writer"), pair.Schema("reader"));
            foreach (var item in pair.GetProperty("cases").EnumerateArray())
                tally.Count($"{name} {pair.GetProperty("steps").GetRawText()}", Reading(writer, reader, item, pair.GetProperty("compatible").GetBoolean()));
        }

        tally.Close();
    }

    [Theory]
    [InlineData("unions")]
    [InlineData("promotions")]
    public void Chosen_pairs_resolve_as_in_Java(string kind)
    {
        var tally = new Tally($"avro {kind}");
        foreach (var (name, item) in AvroVectors.Chosen(kind))
            tally.Count(name, Reading(item.Schema("writer"), item.Schema("reader"), item));
        tally.Close();
    }

    [Fact]
    public void Defaults_are_checked_and_taken_as_in_Java()
    {
        var tally = new Tally("avro defaults");
        foreach (var (name, item) in AvroVectors.Chosen("defaults"))
            tally.Count($"{name} {item.Text("readerText")}", OfDefault(item));

        tally.Close();
    }

    [Fact]
    public void Compatibility_equals_Java_s_verdict_reason_for_reason()
    {
        var tally = new Tally("avro compatibility");
        foreach (var (name, pair) in AvroVectors.Seeded("compatibility", "pairs"))
        {
            var (writer, reader) = (pair.Schema("writer"), pair.Schema("reader"));
            tally.Count($"{name} forth", Verdict(reader, writer, pair.GetProperty("readerReadsWriter")));
            tally.Count($"{name} back", Verdict(writer, reader, pair.GetProperty("writerReadsReader")));
        }

        tally.Close();
    }

    private static string? Reading(AvroSchema writer, AvroSchema reader, JsonElement item, bool compatible = true)
    {
        var outcome = Decisions.Of(item);
        if (outcome == Outcome.Read && item.IsError() && !compatible)
            return null; // more than one reason speaks against it, and which of them Java met first is not recorded
        var refused = outcome != Outcome.Read && (outcome == Outcome.Refused || item.IsError() || UnfitBytes(item));
        try
        {
            var value = AvroCodec.Generic(reader).Decode(item.Hex("hex"), writer);
            if (refused)
                return $"read {AvroJson.Write(value, reader)}";
            return item.IsError() ? null : AvroVectors.Difference(item, value, reader);
        }
        catch (SerializationException e)
        {
            return refused ? null : e.Message;
        }
    }

    /// <summary>Java makes question marks of what is no byte, and fills a fixed with zeros; such defaults are refused when needed.</summary>
    private static bool UnfitBytes(JsonElement item) =>
        item.IsDebatable("unfit-default") && item.TryGetProperty("json", out var json) && json.GetProperty("b").GetRawText() is "\"?\"" or "\"a\\u0000\"";

    private static string? OfDefault(JsonElement item)
    {
        var accepted = item.GetProperty("accepted").GetBoolean();
        try
        {
            var reader = AvroSchema.Parse(item.Text("readerText"));
            return accepted ? Reading(item.Schema("writer"), reader, item) : "accepted";
        }
        catch (AvroSchemaException e)
        {
            return accepted ? e.Message : null;
        }
    }

    private static string? Verdict(AvroSchema reader, AvroSchema writer, JsonElement expected)
    {
        var reasons = SchemaCompatibility.Check(reader, writer);
        if (reasons.Count == 0 != (expected.Text("result") == "COMPATIBLE"))
            return $"found {reasons.Count} reasons against it";
        if (!expected.TryGetProperty("incompatibilities", out var recorded))
            return null;
        var wanted = recorded.EnumerateArray().Select(r => $"{r.Text("type").Replace("_", "", StringComparison.Ordinal)} {r.Text("location")}");
        var found = reasons.Select(r => $"{r.Kind.ToString().ToUpperInvariant()} {r.Location}");
        return wanted.SequenceEqual(found) ? null : $"expected {string.Join(", ", wanted)}, was {string.Join(", ", found)}";
    }
}
