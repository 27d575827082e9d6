using System.Globalization;
using System.Text.Json;
using MedStreams.Serialization.Avro;

namespace MedStreams.Golden.Tests.Avro;

public sealed class CanonicalGoldenTests
{
    [Fact]
    public void Canonical_forms_and_fingerprints_equal_those_of_Java()
    {
        var tally = new Tally("avro canonical");
        foreach (var (name, item) in AvroVectors.Seeded("canonical", "valid").Concat(AvroVectors.Chosen("canonical")))
            tally.Count(name, Difference(item));
        tally.Close();
    }

    [Fact]
    public void Schemas_with_a_fault_are_refused()
    {
        var tally = new Tally("avro spoiled schemas");
        foreach (var (name, item) in AvroVectors.Seeded("canonical", "spoiled"))
            tally.Count($"{name} {item.Text("what")}", Acceptance(item));

        tally.Close();
    }

    [Fact]
    public void Chosen_schemas_are_taken_or_refused()
    {
        var tally = new Tally("avro schemas");
        foreach (var (name, item) in AvroVectors.Chosen("schemas"))
            tally.Count($"{name} {item.Text("what")}", Acceptance(item));

        tally.Close();
    }

    [Fact]
    public void A_logical_type_that_does_not_fit_is_ignored()
    {
        var tally = new Tally("avro logical-ignored");
        foreach (var (name, item) in AvroVectors.Chosen("logical-ignored"))
        {
            var actual = item.Schema("schema").LogicalType?.Name;
            tally.Count(name, actual == item.GetProperty("logicalType").GetString() ? null : $"{item.GetRawText()} was {actual}");
        }

        tally.Close();
    }

    private static string? Difference(JsonElement item)
    {
        var schema = AvroSchema.Parse(item.Text("schemaText"));
        var form = schema.CanonicalForm;
        if (form != item.Text("canonical"))
            return $"expected {item.Text("canonical")}, was {form}";
        if (AvroSchema.Parse(schema.ToString()).CanonicalForm != form)
            return $"the schema's own JSON means something else: {schema}";
        var bytes = BitConverter.GetBytes(schema.Fingerprint);
        return schema.Fingerprint.ToString("x16", CultureInfo.InvariantCulture) == item.Text("crc64")
            && Convert.ToHexStringLower(bytes) == item.Text("crc64LittleEndianHex")
            && Convert.ToHexStringLower(SchemaFingerprint.Md5(form)) == item.Text("md5Hex")
            && Convert.ToHexStringLower(SchemaFingerprint.Sha256(form)) == item.Text("sha256Hex")
                ? null
                : "a fingerprint differs";
    }

    private static string? Acceptance(JsonElement item)
    {
        var accepted = item.GetProperty("accepted").GetBoolean() && Decisions.Of(item) != Outcome.Refused;
        try
        {
            var schema = AvroSchema.Parse(item.Text("schemaText"));
            if (!accepted)
                return $"accepted: {item.Text("schemaText")}";
            return !item.TryGetProperty("canonical", out var canonical) || canonical.GetString() == schema.CanonicalForm
                ? null
                : $"expected {canonical}, was {schema.CanonicalForm}";
        }
        catch (AvroSchemaException e)
        {
            return accepted ? e.Message : null;
        }
    }
}
