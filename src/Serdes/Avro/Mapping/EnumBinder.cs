namespace MedStreams.Serialization.Avro;

/// <summary>Enums of C#, or texts, as enums of Avro.</summary>
internal static class EnumBinder
{
    public static object Encoder(Type type, EnumSchema schema, string place)
    {
        if (type == typeof(string))
            return new EnumEncoder<string>(place, schema.Symbols.Select((symbol, index) => (symbol, index)).ToDictionary(s => s.symbol, s => s.index, StringComparer.Ordinal));
        var make = new Func<EnumSchema, string, object>(OfEnum<DayOfWeek>).Method.GetGenericMethodDefinition();
        return make.MakeGenericMethod(type).Invoke(null, [schema, place])!;
    }

    /// <summary>A decoder, or null where the type is neither an enum nor a text.</summary>
    public static object? Decoder(Type type, EnumPlan plan)
    {
        var schema = (EnumSchema)plan.Reader;
        if (type == typeof(string))
            return new EnumDecoder<string>(plan.Symbols, [.. schema.Symbols]);
        if (!type.IsEnum)
            return null;
        var values = Array.CreateInstance(type, schema.Symbols.Count);
        var known = TypeSchemas.Symbols(type).ToDictionary(s => s.Symbol, s => s.Value, StringComparer.Ordinal);
        for (var i = 0; i < values.Length; i++)
        {
            if (known.TryGetValue(schema.Symbols[i], out var value))
                values.SetValue(value, i);
        }

        int[] symbols = [.. plan.Symbols.Select(index => index >= 0 && known.ContainsKey(schema.Symbols[index]) ? index : -1)];
        return TypeBinder.Make(typeof(EnumDecoder<>), [type], symbols, values);
    }

    private static EnumEncoder<T> OfEnum<T>(EnumSchema schema, string place)
        where T : struct, Enum
    {
        var symbols = new Dictionary<T, int>();
        foreach (var (symbol, value) in TypeSchemas.Symbols(typeof(T)))
        {
            if (schema.IndexOf(symbol) is >= 0 and var index)
                symbols.TryAdd((T)value, index);
        }

        return new EnumEncoder<T>(place, symbols);
    }
}
