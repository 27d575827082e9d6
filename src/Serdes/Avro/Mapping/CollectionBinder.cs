namespace MedStreams.Serialization.Avro;

/// <summary>Collections of .NET as arrays and maps.</summary>
internal static class CollectionBinder
{
    public static object ArrayEncoder(TypeShape shape, TypeShape items, object item, string place)
    {
        if (shape.Type.IsArray)
            return TypeBinder.Make(typeof(ArrayEncoder<>), [items.Declared], place, item);
        return shape.Type == typeof(List<>).MakeGenericType(items.Declared)
            ? TypeBinder.Make(typeof(ListEncoder<>), [items.Declared], place, item)
            : TypeBinder.Make(typeof(EnumerableEncoder<,>), [shape.Type, items.Declared], place, item);
    }

    public static object MapEncoder(TypeShape shape, TypeShape values, object value, string place) =>
        TypeBinder.Make(typeof(MapEncoder<,>), [shape.Type, values.Declared], place, value);

    public static object ArrayDecoder(TypeShape shape, TypeShape items, object item, int least, string place)
    {
        if (shape.Type.IsArray)
            return TypeBinder.Make(typeof(ArrayDecoder<>), [items.Declared], item, least);
        var list = typeof(List<>).MakeGenericType(items.Declared);
        var decoder = TypeBinder.Make(typeof(ListDecoder<>), [items.Declared], item, least);
        if (shape.Type == list)
            return decoder;
        if (shape.Type.IsAssignableFrom(list))
            return TypeBinder.Make(typeof(BaseDecoder<,>), [list, shape.Type], decoder);
        var set = typeof(HashSet<>).MakeGenericType(items.Declared);
        var ofSet = TypeBinder.Make(typeof(SetDecoder<>), [items.Declared], decoder);
        if (shape.Type == set)
            return ofSet;
        if (shape.Type.IsAssignableFrom(set))
            return TypeBinder.Make(typeof(BaseDecoder<,>), [set, shape.Type], ofSet);
        throw Unknown(shape, place);
    }

    public static object MapDecoder(TypeShape shape, TypeShape values, object value, int least, string place)
    {
        var map = typeof(Dictionary<,>).MakeGenericType(typeof(string), values.Declared);
        var decoder = TypeBinder.Make(typeof(MapDecoder<>), [values.Declared], value, least);
        if (shape.Type == map)
            return decoder;
        if (shape.Type.IsAssignableFrom(map))
            return TypeBinder.Make(typeof(BaseDecoder<,>), [map, shape.Type], decoder);
        throw Unknown(shape, place);
    }

    private static AvroSchemaException Unknown(TypeShape shape, string place) =>
        new($"{place}: {shape.Type} is no collection that can be made: take an array, List, HashSet, Dictionary or an interface of theirs.");
}
