using System.Globalization;
using System.Text.Json;
using MedStreams.Serialization.Avro;

namespace MedStreams.Golden.Tests.Avro;

public sealed class LogicalGoldenTests
{
    [Fact]
    public void Logical_values_are_those_of_Java_both_ways()
    {
        var tally = new Tally("avro logical");
        foreach (var (name, item) in AvroVectors.Seeded("logical", "cases"))
            tally.Count($"{name} {item.Text("logicalType")} {item.Text("text")}", Difference(item));
        tally.Close();
    }

    [Fact]
    public void A_single_object_has_Java_s_bytes()
    {
        var tally = new Tally("avro single-object");
        foreach (var (name, item) in AvroVectors.Chosen("single-object"))
        {
            var schema = item.Schema("schema");
            var codec = AvroCodec.Generic(schema);
            var value = AvroJson.Read(item.GetProperty("json"), schema);
            var hex = Convert.ToHexStringLower(SingleObject.Encode(codec, value));
            var back = SingleObject.Decode(codec, item.Hex("hex"), print => print == schema.Fingerprint ? schema : null);
            tally.Count(name, hex == item.Text("hex") && GenericEquality.Values(value, back) ? null : $"was {hex}");
        }

        tally.Close();
    }

    private static string? Difference(JsonElement item)
    {
        var schema = item.Schema("schema");
        var (text, value) = (item.Text("text"), AvroJson.Read(item.GetProperty("json"), schema));
        var hex = Convert.ToHexStringLower(AvroCodec.Generic(schema).Encode(value));
        if (hex != item.Text("hex"))
            return $"the bytes were {hex}";
        var read = Text(schema, value);
        if (read != text)
            return $"read as {read}";
        return GenericEquality.Values(value, Value(schema, text)) ? null : "the text gives another base value";
    }

    /// <summary>The base value of a text, by way of the types of .NET that stand for the logical types.</summary>
    private static object Value(AvroSchema schema, string text) => schema.LogicalType!.Kind switch
    {
        AvroLogicalKind.Decimal => AvroLogicalValues.FromDecimal(AvroDecimal.Parse(text), schema),
        AvroLogicalKind.Uuid => AvroLogicalValues.FromGuid(Guid.Parse(text), schema),
        AvroLogicalKind.Date => AvroLogicalValues.FromDate(DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture)),
        AvroLogicalKind.TimeMillis or AvroLogicalKind.TimeMicros =>
            AvroLogicalValues.FromTime(TimeOnly.Parse(text, CultureInfo.InvariantCulture), schema),
        AvroLogicalKind.Duration => AvroLogicalValues.FromDuration(Duration(text), schema),
        AvroLogicalKind.TimestampNanos or AvroLogicalKind.LocalTimestampNanos => Nanos(text),
        AvroLogicalKind.TimestampMillis or AvroLogicalKind.TimestampMicros =>
            AvroLogicalValues.FromInstant(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture), schema),
        _ => AvroLogicalValues.FromLocal(DateTime.Parse(text, CultureInfo.InvariantCulture), schema),
    };

    private static string Text(AvroSchema schema, object? value) => schema.LogicalType!.Kind switch
    {
        AvroLogicalKind.Decimal => AvroLogicalValues.ToDecimal(value!, schema).ToString(),
        AvroLogicalKind.Uuid => AvroLogicalValues.ToGuid(value!, schema).ToString(),
        AvroLogicalKind.Date => AvroLogicalValues.ToDate((int)value!).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        AvroLogicalKind.TimeMillis or AvroLogicalKind.TimeMicros => JavaTime(AvroLogicalValues.ToTime(value!, schema).Ticks * 100),
        AvroLogicalKind.Duration => AvroLogicalValues.ToDuration(value!) is var (months, days, milliseconds)
            ? $"{months} months {days} days {milliseconds} milliseconds"
            : "",
        AvroLogicalKind.TimestampMillis or AvroLogicalKind.TimestampMicros or AvroLogicalKind.TimestampNanos =>
            Instant(AvroLogicalValues.ToInstant(value!, schema).DateTime, schema, value!) + "Z",
        _ => Instant(AvroLogicalValues.ToLocal(value!, schema), schema, value!),
    };

    /// <summary>Java's text: an instant always has seconds, a local one only where it needs them; nanoseconds beyond .NET's 100.</summary>
    private static string Instant(DateTime time, AvroSchema schema, object value)
    {
        var beyond = schema.LogicalType!.Kind is AvroLogicalKind.TimestampNanos or AvroLogicalKind.LocalTimestampNanos
            ? (((long)value % 100) + 100) % 100
            : 0;
        var isInstant = !schema.LogicalType.Name.StartsWith("local", StringComparison.Ordinal);
        return time.ToString("yyyy-MM-dd'T'", CultureInfo.InvariantCulture) + JavaTime((time.TimeOfDay.Ticks * 100) + beyond, isInstant);
    }

    private static string JavaTime(long nanos, bool withSeconds = false)
    {
        var (seconds, fraction) = Math.DivRem(nanos, 1_000_000_000);
        var text = $"{seconds / 3600:00}:{seconds / 60 % 60:00}";
        if (withSeconds || seconds % 60 != 0 || fraction != 0)
            text += $":{seconds % 60:00}";
        if (fraction == 0)
            return text;
        var digits = fraction.ToString("000000000", CultureInfo.InvariantCulture);
        return $"{text}.{(digits.EndsWith("000000", StringComparison.Ordinal) ? digits[..3] : digits.EndsWith("000", StringComparison.Ordinal) ? digits[..6] : digits)}";
    }

    private static long Nanos(string text)
    {
        var time = DateTime.Parse(text.TrimEnd('Z').Split('.')[0], CultureInfo.InvariantCulture);
        var fraction = text.TrimEnd('Z').Split('.') is [_, var digits] ? long.Parse(digits.PadRight(9, '0'), CultureInfo.InvariantCulture) : 0;
        return ((time - DateTime.UnixEpoch).Ticks * 100) + fraction;
    }

    private static AvroDuration Duration(string text)
    {
        var words = text.Split(' ');
        return new AvroDuration(
            uint.Parse(words[0], CultureInfo.InvariantCulture),
            uint.Parse(words[2], CultureInfo.InvariantCulture),
            uint.Parse(words[4], CultureInfo.InvariantCulture));
    }
}
