namespace MedStreams.Serialization.Avro;

/// <summary>
/// Makes encoders and decoders of types of C#. Each pair of a class and a schema gets one, which makes classes that hold
/// themselves possible.
/// </summary>
internal sealed class TypeBinder(AvroTypeOptions options)
{
    private readonly Dictionary<(Type, AvroSchema), object> _encoders = [];
    private readonly Dictionary<(Type, ReadPlan), object> _decoders = [];

    /// <summary>An encoder of a type by a schema.</summary>
    /// <exception cref="AvroSchemaException">The type cannot stand for the schema.</exception>
    public object Encoder(TypeShape shape, AvroSchema schema, string place)
    {
        if (shape.IsNullable && shape.Type.IsValueType)
            return NullableEncoder(shape, schema, place);
        if (IsGeneric(shape.Type) && schema is (NamedSchema or UnionSchema))
            return Make(typeof(ObjectEncoder<>), [shape.Type], GenericEncoders.For(schema));
        if (schema is UnionSchema union)
            return UnionEncoder(shape, union, place);
        if (shape.Type == typeof(object))
            return GenericEncoders.For(schema);
        if (Scalars.Find(shape.Type, schema) is { } scalar)
            return scalar.Encoder(place);
        return (schema, shape.Type) switch
        {
            (EnumSchema symbols, { IsEnum: true } or { Name: nameof(String) }) => EnumBinder.Encoder(shape.Type, symbols, place),
            (MapSchema map, _) when shape.Values() is { } values => CollectionBinder.MapEncoder(shape, values, Encoder(values, map.Values, place), place),
            (ArraySchema array, _) when shape.Items() is { } items => CollectionBinder.ArrayEncoder(shape, items, Encoder(items, array.Items, place), place),
            (RecordSchema record, _) when TypeModel.IsRecordLike(shape.Type) => RecordEncoder(shape.Type, record, place),
            _ => throw Unfit(shape, schema, place),
        };
    }

    /// <summary>A decoder of a type from what a plan reads.</summary>
    /// <exception cref="AvroSchemaException">The type cannot stand for the plan's schema.</exception>
    public object Decoder(TypeShape shape, ReadPlan plan, string place)
    {
        if (shape.Type == typeof(object) && shape.Cases is null)
            return GenericDecoders.For(plan);
        if (IsGeneric(shape.Type) && plan.Reader is (NamedSchema or UnionSchema))
            return Make(typeof(ObjectDecoder<>), [shape.Type], place, GenericDecoders.For(plan));
        if (shape.IsNullable && shape.Type.IsValueType && plan is not (WriterUnionPlan or ReaderUnionPlan or RefusalPlan))
            return Make(typeof(NullableDecoder<>), [shape.Type], Decoder(shape with { IsNullable = false }, plan, place));
        return plan switch
        {
            RefusalPlan refusal => Refusal(shape, refusal.Reason),
            WriterUnionPlan union => Union(shape, [.. union.Branches.Select(branch => Decoder(shape, branch, place))]),
            ReaderUnionPlan union => Branch(shape, union, place),
            PrimitivePlan primitive when Scalars.Find(shape.Type, plan.Reader) is { } scalar => scalar.Decoder(primitive.Writer),
            FixedPlan when Scalars.Find(shape.Type, plan.Reader) is { } scalar => scalar.Decoder(AvroType.Fixed),
            EnumPlan symbols => EnumBinder.Decoder(shape.Type, symbols) ?? throw Unfit(shape, plan.Reader, place),
            MapPlan map when shape.Values() is { } values => CollectionBinder.MapDecoder(shape, values, Decoder(values, map.Values, place), map.Least, place),
            ArrayPlan array when shape.Items() is { } items => CollectionBinder.ArrayDecoder(shape, items, Decoder(items, array.Items, place), array.Least, place),
            RecordPlan record when TypeModel.IsRecordLike(shape.Type) => RecordDecoder(shape.Type, record, place),
            _ => throw Unfit(shape, plan.Reader, place),
        };
    }

    /// <summary>Makes an instance of a generic type.</summary>
    public static object Make(Type generic, Type[] types, params object?[] arguments) =>
        Activator.CreateInstance(generic.MakeGenericType(types), arguments)!;

    private static bool IsGeneric(Type type) => type == typeof(GenericRecord) || type == typeof(GenericEnum) || type == typeof(GenericFixed);

    private static AvroSchemaException Unfit(TypeShape shape, AvroSchema schema, string place) =>
        new($"{place}: {shape.Declared} cannot stand for Avro's {(schema is UnionSchema union ? $"union of {string.Join(", ", union.Branches.Select(b => b.Name))}" : schema.Name)}.");

    private static object Refusal(TypeShape shape, string reason) => Make(typeof(RefusalDecoder<>), [shape.Declared], reason);

    private static object Union(TypeShape shape, object[] branches)
    {
        var typed = Array.CreateInstance(typeof(Decoder<>).MakeGenericType(shape.Declared), branches.Length);
        branches.CopyTo(typed, 0);
        return Make(typeof(UnionDecoder<>), [shape.Declared], typed);
    }

    private object NullableEncoder(TypeShape shape, AvroSchema schema, string place)
    {
        var inner = shape with { IsNullable = false };
        if (schema is not UnionSchema { NullIndex: >= 0 and var none } union)
            return Make(typeof(RequiredEncoder<>), [shape.Type], place, Encoder(inner, schema, place));
        var branch = UnionCases.Single(shape, union, options) is >= 0 and var index ? index : throw Unfit(shape, schema, place);
        return Make(typeof(NullableEncoder<>), [shape.Type], none, branch, Encoder(inner, union.Branches[branch], place));
    }

    private object UnionEncoder(TypeShape shape, UnionSchema union, string place)
    {
        if (shape.Cases is not null)
            return CasesEncoder(shape, union, place);
        if (shape.Type == typeof(object))
            return GenericEncoders.For(union);
        var branch = UnionCases.Single(shape, union, options) is >= 0 and var index ? index : throw Unfit(shape, union, place);
        var inner = Encoder(shape, union.Branches[branch], place);
        return union.NullIndex >= 0 && !shape.Type.IsValueType
            ? Make(typeof(ReferenceEncoder<>), [shape.Type], union.NullIndex, branch, inner)
            : Make(typeof(BranchEncoder<>), [shape.Type], branch, inner);
    }

    private object CasesEncoder(TypeShape shape, UnionSchema union, string place)
    {
        var encoder = Make(typeof(CasesEncoder<>), [shape.Type], place, union.NullIndex);
        var add = encoder.GetType().GetMethod(nameof(CasesEncoder<>.Add))!;
        foreach (var one in shape.Cases!)
        {
            var inner = TypeShape.Of(one) with { Cases = null };
            var branch = UnionCases.Single(inner, union, options) is >= 0 and var index ? index : throw Unfit(inner, union, place);
            add.MakeGenericMethod(one).Invoke(encoder, [branch, Encoder(inner, union.Branches[branch], place)]);
        }

        return encoder;
    }

    private object Branch(TypeShape shape, ReaderUnionPlan plan, string place)
    {
        var union = (UnionSchema)plan.Reader;
        var branch = union.Branches[plan.Branch];
        if (branch.Type == AvroType.Null)
        {
            return shape.IsNullable || !shape.Type.IsValueType
                ? Make(typeof(NullDecoder<>), [shape.Declared])
                : Refusal(shape, $"{place} cannot be null");
        }

        var cases = (shape.Cases ?? [shape.Type]).Select(one => shape.Cases is null ? shape : TypeShape.Of(one) with { Cases = null });
        var match = cases.FirstOrDefault(one => UnionCases.Single(one, union, options) == plan.Branch);
        if (match is null)
            return Refusal(shape, $"{place} has no type for the branch {branch.Name}");
        var inner = Decoder(match, plan.Inner, place);
        return match.Type == shape.Type ? inner : Make(typeof(BaseDecoder<,>), [match.Type, shape.Type], inner);
    }

    private object RecordEncoder(Type type, RecordSchema schema, string place)
    {
        if (_encoders.TryGetValue((type, schema), out var known))
            return known;
        var encoder = (IRecordEncoder)Make(typeof(RecordEncoder<>), [type], place);
        _encoders.Add((type, schema), encoder);
        encoder.Compile(schema, TypeModel.Of(type, options), this);
        return encoder;
    }

    private object RecordDecoder(Type type, RecordPlan plan, string place)
    {
        if (_decoders.TryGetValue((type, plan), out var known))
            return known;
        var decoder = (IRecordDecoder)Make(typeof(RecordDecoder<>), [type]);
        _decoders.Add((type, plan), decoder);
        decoder.Compile(plan, TypeModel.Of(type, options), this, place);
        return decoder;
    }
}
