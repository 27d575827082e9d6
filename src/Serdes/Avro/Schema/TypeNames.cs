using System.Collections.Frozen;

namespace MedStreams.Serialization.Avro;

/// <summary>The names of types as they stand in schemas.</summary>
internal static class TypeNames
{
    private static readonly string[] Names =
        ["null", "boolean", "int", "long", "float", "double", "bytes", "string", "record", "enum", "array", "map", "union", "fixed"];

    private static readonly FrozenDictionary<string, AvroType> Primitives =
        Names[..8].Select((name, index) => (name, index)).ToFrozenDictionary(n => n.name, n => (AvroType)n.index, StringComparer.Ordinal);

    public static string Of(AvroType type) => Names[(int)type];

    public static bool TryPrimitive(string name, out AvroType type) => Primitives.TryGetValue(name, out type);

    /// <summary>Whether a word names a type and so cannot be told from it where a name stands alone.</summary>
    public static bool IsTypeName(string word) => Array.IndexOf(Names, word) >= 0;
}
