namespace MedStreams.Serialization.Avro;

/// <summary>Makes decoders of generic values.</summary>
internal sealed class GenericDecoders
{
    private readonly Dictionary<RecordPlan, GenericRecordDecoder> _records = [];

    public static Decoder<object?> For(ReadPlan plan) => new GenericDecoders().Make(plan);

    private static BaseDecoder<T, object?> Box<T>(Decoder<T> inner) => new(inner);

    private Decoder<object?> Make(ReadPlan plan) => plan switch
    {
        RefusalPlan refusal => new RefusalDecoder<object?>(refusal.Reason),
        WriterUnionPlan union => new UnionDecoder<object?>([.. union.Branches.Select(Make)]),
        ReaderUnionPlan union => Make(union.Inner),
        PrimitivePlan primitive => Primitive(primitive),
        FixedPlan bytes => new GenericFixedDecoder((FixedSchema)bytes.Reader),
        EnumPlan symbols => new EnumDecoder<object?>(symbols.Symbols, Symbols((EnumSchema)symbols.Reader)),
        ArrayPlan array => Box(new ListDecoder<object?>(Make(array.Items), array.Least)),
        MapPlan map => Box(new MapDecoder<object?>(Make(map.Values), map.Least)),
        _ => Record((RecordPlan)plan),
    };

    private static object?[] Symbols(EnumSchema schema) => [.. schema.Symbols.Select(symbol => new GenericEnum(schema, symbol))];

    private static Decoder<object?> Primitive(PrimitivePlan plan) => plan.Reader.Type switch
    {
        AvroType.Null => new NullDecoder<object?>(),
        AvroType.Boolean => Box(new BooleanDecoder()),
        AvroType.Int => Box(new Int32Decoder()),
        AvroType.Long => Box(new Int64Decoder(plan.Writer)),
        AvroType.Float => Box(new SingleDecoder(plan.Writer)),
        AvroType.Double => Box(new DoubleDecoder(plan.Writer)),
        AvroType.Bytes => Box(new BytesDecoder()),
        _ => Box(new StringDecoder()),
    };

    private BaseDecoder<GenericRecord, object?> Record(RecordPlan plan)
    {
        if (!_records.TryGetValue(plan, out var decoder))
        {
            decoder = new GenericRecordDecoder((RecordSchema)plan.Reader);
            _records.Add(plan, decoder);
            decoder.Steps = [.. plan.Steps.Select(step => (step.Writer, step.Field?.Position ?? -1, step.Plan is null ? null : Make(step.Plan)))];
            decoder.Missing = [.. plan.Missing.Select(field => (field.Position, Default(field)))];
        }

        return Box(decoder);
    }

    private static Decoder<object?> Default(AvroField field) =>
        DefaultBytes.TryMake(field, out var bytes)
            ? new DefaultDecoder<object?>(bytes, For(SchemaResolver.Resolve(field.Schema, field.Schema)))
            : new RefusalDecoder<object?>(DefaultBytes.Refusal(field));
}

/// <summary>A record, field by field in the writer's order.</summary>
internal sealed class GenericRecordDecoder(RecordSchema schema) : Decoder<GenericRecord>
{
    public (AvroSchema Writer, int Position, Decoder<object?>? Value)[] Steps { get; set; } = [];

    public (int Position, Decoder<object?> Value)[] Missing { get; set; } = [];

    public override GenericRecord Read(ref AvroReader reader)
    {
        var record = new GenericRecord(schema);
        if (!reader.Enter())
            return record;
        foreach (ref readonly var step in Steps.AsSpan())
        {
            if (step.Value is { } value)
                record[step.Position] = value.Read(ref reader);
            else
                AvroSkipper.Skip(ref reader, step.Writer);
            if (reader.Failed)
                return record;
        }

        foreach (ref readonly var missing in Missing.AsSpan())
            record[missing.Position] = missing.Value.Read(ref reader);
        reader.Leave();
        return record;
    }
}

internal sealed class GenericFixedDecoder(FixedSchema schema) : Decoder<object?>
{
    public override object? Read(ref AvroReader reader) =>
        reader.Take(schema.Size) is var bytes && reader.Failed ? null : new GenericFixed(schema, bytes.ToArray());
}
