namespace MedStreams.Serialization.Avro;

/// <summary>Which branch of a union a type of C# stands for.</summary>
internal static class UnionCases
{
    /// <summary>The branch, or -1. Of several records it is the one of the class's name, else the first.</summary>
    public static int Single(TypeShape shape, UnionSchema union, AvroTypeOptions options)
    {
        var fits = Enumerable.Range(0, union.Branches.Count).Where(i => Fits(shape, union.Branches[i])).ToArray();
        if (fits.Length > 1 && (shape.Type.IsEnum || TypeModel.IsRecordLike(shape.Type)))
        {
            var name = TypeSchemas.FullName(shape.Type, options);
            return fits.Select(i => (int?)i).FirstOrDefault(i => union.Branches[i!.Value].Name == name) ?? fits[0];
        }

        return fits is [var first, ..] ? first : -1;
    }

    private static bool Fits(TypeShape shape, AvroSchema schema) => schema switch
    {
        RecordSchema => shape.Type == typeof(GenericRecord) || (TypeModel.IsRecordLike(shape.Type) && shape.Items() is null && shape.Values() is null),
        EnumSchema => shape.Type.IsEnum || shape.Type == typeof(GenericEnum),
        MapSchema => shape.Values() is not null,
        ArraySchema => shape.Items() is not null,
        UnionSchema => false,
        _ => Scalars.Find(shape.Type, schema) is not null || (schema is FixedSchema && shape.Type == typeof(GenericFixed)),
    };
}
