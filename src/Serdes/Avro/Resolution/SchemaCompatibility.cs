namespace MedStreams.Serialization.Avro;

/// <summary>Why a reader's schema cannot read all that a writer's schema writes.</summary>
public enum AvroIncompatibilityKind
{
    /// <summary>A named type has another name, and no such alias.</summary>
    NameMismatch,

    /// <summary>A fixed has another size.</summary>
    FixedSizeMismatch,

    /// <summary>The writer's enum has symbols that the reader's lacks, and the reader's has no default.</summary>
    MissingEnumSymbols,

    /// <summary>The reader has a field without a default that the writer lacks.</summary>
    ReaderFieldMissingDefaultValue,

    /// <summary>The types differ, and the writer's is not promoted to the reader's.</summary>
    TypeMismatch,

    /// <summary>The reader's union has no branch for a type of the writer.</summary>
    MissingUnionBranch,
}

/// <summary>One reason why a reader's schema cannot read what a writer's schema writes.</summary>
/// <param name="Kind">The reason.</param>
/// <param name="Location">The place in the reader's schema, as a JSON pointer such as <c>/fields/0/type</c>.</param>
/// <param name="Detail">The name, symbols, sizes or types that it is about.</param>
public sealed record AvroIncompatibility(AvroIncompatibilityKind Kind, string Location, string Detail);

/// <summary>
/// Whether data of one schema can be read by another, whatever the data. All reasons against it are found, not the first only.
/// Logical types do not count.
/// </summary>
public static class SchemaCompatibility
{
    /// <summary>The reasons why a reader cannot read a writer's data, in the order in which they are found; empty: it can.</summary>
    public static IReadOnlyList<AvroIncompatibility> Check(AvroSchema reader, AvroSchema writer) =>
        new CompatibilityCheck().Pair(reader, writer, "/");
}
