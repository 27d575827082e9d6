namespace MedStreams.Serialization.Avro;

/// <summary>One check of a reader's schema against a writer's. A pair of records within itself counts as compatible there.</summary>
internal sealed class CompatibilityCheck
{
    private readonly Dictionary<(AvroSchema Reader, AvroSchema Writer), IReadOnlyList<AvroIncompatibility>> _known = [];

    public IReadOnlyList<AvroIncompatibility> Pair(AvroSchema reader, AvroSchema writer, string location)
    {
        if (reader is PrimitiveSchema && writer is PrimitiveSchema)
            return Primitives(reader, writer, location);
        if (_known.TryGetValue((reader, writer), out var known))
            return known;
        _known[(reader, writer)] = [];
        return _known[(reader, writer)] = [.. Reasons(reader, writer, location)];
    }

    private static string Below(string location, string token) => location == "/" ? $"/{token}" : $"{location}/{token}";

    private static AvroIncompatibility[] Primitives(AvroSchema reader, AvroSchema writer, string location) =>
        reader.Type == writer.Type || SchemaResolver.Promotes(writer.Type, reader.Type) ? [] : [TypeMismatch(reader, writer, location)];

    private static AvroIncompatibility TypeMismatch(AvroSchema reader, AvroSchema writer, string location) =>
        new(AvroIncompatibilityKind.TypeMismatch, location, $"reader type: {Word(reader)} not compatible with writer type: {Word(writer)}");

    private static string Word(AvroSchema schema) => TypeNames.Of(schema.Type).ToUpperInvariant();

    private IEnumerable<AvroIncompatibility> Reasons(AvroSchema reader, AvroSchema writer, string location) => (reader, writer) switch
    {
        (UnionSchema r, UnionSchema w) => w.Branches.SelectMany((branch, i) =>
            Pair(r, branch, "/").Count == 0 ? [] : Lacking(branch, Below(location, $"{i}"))),
        (_, UnionSchema w) => w.Branches.SelectMany((branch, i) => Pair(reader, branch, Below(location, $"{i}"))),
        (UnionSchema r, _) => r.Branches.Any(branch => Pair(branch, writer, "/").Count == 0) ? [] : Lacking(writer, location),
        (ArraySchema r, ArraySchema w) => Pair(r.Items, w.Items, Below(location, "items")),
        (MapSchema r, MapSchema w) => Pair(r.Values, w.Values, Below(location, "values")),
        (FixedSchema r, FixedSchema w) => [.. Names(r, w, location), .. Sizes(r, w, location)],
        (EnumSchema r, EnumSchema w) => [.. Names(r, w, location), .. Symbols(r, w, location)],
        (RecordSchema r, RecordSchema w) => [.. Names(r, w, location), .. Fields(r, w, Below(location, "fields"))],
        _ => [TypeMismatch(reader, writer, location)],
    };

    private static AvroIncompatibility[] Lacking(AvroSchema type, string location) =>
        [new(AvroIncompatibilityKind.MissingUnionBranch, location, $"reader union lacking writer type: {Word(type)}")];

    private static AvroIncompatibility[] Names(NamedSchema reader, NamedSchema writer, string location) =>
        SchemaResolver.NamesMatch(writer, reader)
            ? []
            : [new(AvroIncompatibilityKind.NameMismatch, Below(location, "name"), $"expected: {writer.Name}")];

    private static AvroIncompatibility[] Sizes(FixedSchema reader, FixedSchema writer, string location) =>
        reader.Size == writer.Size
            ? []
            : [new(AvroIncompatibilityKind.FixedSizeMismatch, Below(location, "size"), $"expected: {writer.Size}, found: {reader.Size}")];

    private static AvroIncompatibility[] Symbols(EnumSchema reader, EnumSchema writer, string location)
    {
        string[] missing = [.. writer.Symbols.Where(symbol => reader.IndexOf(symbol) < 0).Order(StringComparer.Ordinal)];
        return missing.Length == 0 || reader.Default is not null
            ? []
            : [new(AvroIncompatibilityKind.MissingEnumSymbols, Below(location, "symbols"), $"[{string.Join(", ", missing)}]")];
    }

    private IEnumerable<AvroIncompatibility> Fields(RecordSchema reader, RecordSchema writer, string location)
    {
        foreach (var field in reader.Fields)
        {
            var at = Below(location, $"{field.Position}");
            if (SchemaResolver.WriterField(writer, field) is { } source)
            {
                foreach (var reason in Pair(field.Schema, source.Schema, Below(at, "type")))
                    yield return reason;
            }
            else if (field.Default is null && field.Schema is EnumSchema { Default: not null })
            {
                // An enum's default is none of the field: as in Avro for Java this is no missing default but another type.
                yield return TypeMismatch(field.Schema, writer, Below(at, "type"));
            }
            else if (field.Default is null)
            {
                yield return new AvroIncompatibility(AvroIncompatibilityKind.ReaderFieldMissingDefaultValue, at, field.Name);
            }
        }
    }
}
