namespace MedStreams.Serialization.Avro;

/// <summary>
/// Schema resolution (specification 1.12, "Schema Resolution"). Where the specification leaves a choice, or Avro for Java makes
/// another, docs/decisions.md says what is done and why.
/// </summary>
internal sealed class SchemaResolver
{
    private readonly Dictionary<(RecordSchema Writer, RecordSchema Reader), ReadPlan> _records = [];

    /// <summary>The plan for reading what one schema wrote as another.</summary>
    public static ReadPlan Resolve(AvroSchema writer, AvroSchema reader) => new SchemaResolver().Plan(writer, reader);

    /// <summary>Whether a writer's type may be read as the reader's: the same name, another namespace, or an alias.</summary>
    public static bool NamesMatch(NamedSchema writer, NamedSchema reader) =>
        writer.SimpleName == reader.SimpleName || reader.Aliases.Contains(writer.Name);

    /// <summary>Whether values of one primitive type may be read as another.</summary>
    public static bool Promotes(AvroType writer, AvroType reader) => (writer, reader) switch
    {
        (AvroType.Int, AvroType.Long or AvroType.Float or AvroType.Double) => true,
        (AvroType.Long, AvroType.Float or AvroType.Double) => true,
        (AvroType.Float, AvroType.Double) => true,
        (AvroType.String, AvroType.Bytes) or (AvroType.Bytes, AvroType.String) => true,
        _ => false,
    };

    /// <summary>The writer's field that a reader's field is read from: of the same name, or of an alias; null for none.</summary>
    public static AvroField? WriterField(RecordSchema writer, AvroField field) =>
        writer.Field(field.Name) ?? field.Aliases.Select(writer.Field).FirstOrDefault(found => found is not null);

    private static RefusalPlan Refuse(AvroSchema writer, AvroSchema reader, string? why = null) =>
        new(reader, $"the writer's {writer.Name} cannot be read as {Describe(reader)}{(why is null ? "" : $": {why}")}");

    private static string Describe(AvroSchema schema) =>
        schema is UnionSchema union ? $"union of {string.Join(", ", union.Branches.Select(branch => branch.Name))}" : schema.Name;

    private ReadPlan Plan(AvroSchema writer, AvroSchema reader)
    {
        if (writer is UnionSchema written)
            return new WriterUnionPlan(reader, [.. written.Branches.Select(branch => Plan(branch, reader))]);
        if (reader is UnionSchema union)
        {
            var branch = Branch(writer, union);
            return branch < 0 ? Refuse(writer, reader) : new ReaderUnionPlan(union, branch, Plan(writer, union.Branches[branch]));
        }

        return (writer, reader) switch
        {
            (PrimitiveSchema, PrimitiveSchema) when writer.Type == reader.Type || Promotes(writer.Type, reader.Type) =>
                new PrimitivePlan(writer.Type, reader),
            (NamedSchema w, NamedSchema r) when w.Type == r.Type && !NamesMatch(w, r) => Refuse(w, r, "it has another name and no such alias"),
            (FixedSchema w, FixedSchema r) => w.Size == r.Size ? new FixedPlan(r) : Refuse(w, r, "it has another size"),
            (EnumSchema w, EnumSchema r) => Symbols(w, r),
            (ArraySchema w, ArraySchema r) => new ArrayPlan(r, Plan(w.Items, r.Items), MinimalSize.Of(w.Items)),
            (MapSchema w, MapSchema r) => new MapPlan(r, Plan(w.Values, r.Values), MinimalSize.Of(w.Values) + 1),
            (RecordSchema w, RecordSchema r) => Record(w, r),
            _ => Refuse(writer, reader),
        };
    }

    private static EnumPlan Symbols(EnumSchema writer, EnumSchema reader)
    {
        var fallback = reader.Default is { } symbol ? reader.IndexOf(symbol) : -1;
        return new EnumPlan(reader, [.. writer.Symbols.Select(name => reader.IndexOf(name) is >= 0 and var known ? known : fallback)]);
    }

    private ReadPlan Record(RecordSchema writer, RecordSchema reader)
    {
        if (_records.TryGetValue((writer, reader), out var known))
            return known;
        var sources = new Dictionary<AvroField, AvroField>();
        var missing = new List<AvroField>();
        foreach (var field in reader.Fields)
        {
            if (WriterField(writer, field) is { } source && sources.TryAdd(source, field))
                continue;
            if (field.Default is null)
                return _records[(writer, reader)] = Refuse(writer, reader, $"field {field.Name} is missing and has no default");
            missing.Add(field);
        }

        var plan = new RecordPlan(reader) { Missing = missing };
        _records[(writer, reader)] = plan;
        plan.Steps =
        [
            .. writer.Fields.Select(source => sources.TryGetValue(source, out var field)
                ? new FieldStep(source.Schema, field, Plan(source.Schema, field.Schema))
                : new FieldStep(source.Schema, null, null)),
        ];
        return plan;
    }

    /// <summary>
    /// The branch of the reader's union for a writer's type: one of the same type and name; else one that differs in its
    /// namespace or is known by an alias; else the first that the type is promoted to; -1 for none.
    /// </summary>
    private int Branch(AvroSchema writer, UnionSchema reader)
    {
        var loose = -1;
        for (var i = 0; i < reader.Branches.Count; i++)
        {
            var branch = reader.Branches[i];
            if (branch.Type != writer.Type)
                continue;
            if (branch is not NamedSchema named || named.Name == writer.Name || named.Aliases.Contains(writer.Name))
                return i;
            if (loose < 0 && NamesMatch((NamedSchema)writer, named) && Plan(writer, named) is not RefusalPlan)
                loose = i;
        }

        for (var i = 0; i < reader.Branches.Count && loose < 0; i++)
        {
            if (Promotes(writer.Type, reader.Branches[i].Type))
                loose = i;
        }

        return loose;
    }
}
