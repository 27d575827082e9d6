using System.Globalization;
using MedStreams.Serialization.Avro;

namespace MedStreams.Serialization.Registry;

/// <summary>Holds a new schema against those before it, and says in Confluent's form why it does not fit.</summary>
internal static class CompatibilityRules
{
    private const int MaxSchemaShown = 10 * 1024;

    private static readonly string[] KindNames =
        ["NAME_MISMATCH", "FIXED_SIZE_MISMATCH", "MISSING_ENUM_SYMBOLS", "READER_FIELD_MISSING_DEFAULT_VALUE", "TYPE_MISMATCH", "MISSING_UNION_BRANCH"];

    /// <summary>The reasons against a new schema; empty: it fits.</summary>
    /// <param name="level">The level in force.</param>
    /// <param name="schema">The new one.</param>
    /// <param name="earlier">Those before it that are not deleted, ascending, with their versions.</param>
    public static IReadOnlyList<string> Check(CompatibilityLevel level, ParsedRegistrySchema schema, IReadOnlyList<(int Version, ParsedRegistrySchema Schema)> earlier)
    {
        if (level == CompatibilityLevel.None)
            return [];
        var isTransitive = level is CompatibilityLevel.BackwardTransitive or CompatibilityLevel.ForwardTransitive or CompatibilityLevel.FullTransitive;
        foreach (var (version, old) in earlier.Reverse().Take(isTransitive ? int.MaxValue : 1))
        {
            var reasons = new List<string>();
            if (level is not (CompatibilityLevel.Backward or CompatibilityLevel.BackwardTransitive))
                reasons.AddRange(SchemaCompatibility.Check(old.Avro, schema.Avro).Select(reason => Text(reason, "old", "new")));
            if (level is not (CompatibilityLevel.Forward or CompatibilityLevel.ForwardTransitive))
                reasons.AddRange(SchemaCompatibility.Check(schema.Avro, old.Avro).Select(reason => Text(reason, "new", "old")));
            if (reasons.Count == 0)
                continue;
            var shown = old.Stored.Schema;
            reasons.Add($"{{oldSchemaVersion: {version}}}");
            reasons.Add(shown.Length <= MaxSchemaShown ? $"{{oldSchema: '{shown}'}}" : $"{{oldSchema: <truncated> '{shown[..MaxSchemaShown]}...'}}");
            reasons.Add($"{{validateFields: 'false', compatibility: '{CompatibilityLevels.Name(level)}'}}");
            return reasons;
        }

        return [];
    }

    private static string Text(AvroIncompatibility reason, string reader, string writer)
    {
        var (path, detail) = (reason.Location, reason.Detail);
        var text = reason.Kind switch
        {
            AvroIncompatibilityKind.FixedSizeMismatch => $"The size of FIXED type field at path '{path}' in the {reader} schema does not match with the {writer} schema",
            AvroIncompatibilityKind.TypeMismatch => $"The type (path '{path}') of a field in the {reader} schema does not match with the {writer} schema",
            AvroIncompatibilityKind.NameMismatch => $"The name of the schema has changed (path '{path}')",
            AvroIncompatibilityKind.MissingEnumSymbols => $"The {reader} schema is missing enum symbols '{detail}' at path '{path}' in the {writer} schema",
            AvroIncompatibilityKind.MissingUnionBranch => $"The {reader} schema is missing a type inside a union field at path '{path}' in the {writer} schema",
            _ => $"The field '{detail}' at path '{path}' in the {reader} schema has no default value and is missing in the {writer} schema",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{{errorType:'{KindNames[(int)reason.Kind]}', description:'{text}', additionalInfo:'{detail}'}}");
    }
}
