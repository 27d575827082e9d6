using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// A schema of Apache Avro (specification 1.12). Immutable once parsed, so safe for use by several threads. Equality is that of
/// references: to compare what two schemas mean, compare <see cref="CanonicalForm"/> or <see cref="ToString"/>.
/// </summary>
public abstract class AvroSchema
{
    private string? _json;
    private string? _canonical;
    private ulong? _fingerprint;

    private protected AvroSchema(AvroType type) => Type = type;

    /// <summary>Which of Avro's types it is.</summary>
    public AvroType Type { get; }

    /// <summary>The logical type in force; null for none, also where an unknown or unfit one is named (it is ignored).</summary>
    public AvroLogicalType? LogicalType { get; private protected set; }

    /// <summary>Attributes beyond those that the specification defines for the type, in their order.</summary>
    public IReadOnlyDictionary<string, JsonElement> Properties { get; private protected set; } = SchemaProperties.None;

    /// <summary>
    /// The Parsing Canonical Form: what matters to a reader and nothing else, so that two schemas that read the same have the same.
    /// </summary>
    public string CanonicalForm => _canonical ??= Avro.CanonicalForm.Of(this);

    /// <summary>CRC-64-AVRO of the canonical form.</summary>
    public ulong Fingerprint => _fingerprint ??= SchemaFingerprint.Crc64(CanonicalForm);

    /// <summary>What errors and the JSON encoding call it: the full name of a named type, else the type's name.</summary>
    public virtual string Name => TypeNames.Of(Type);

    /// <summary>Reads a schema from its JSON form, checking all that the specification demands.</summary>
    /// <param name="json">The JSON text; a primitive stands in quotes too.</param>
    /// <param name="options">How strict to be, and types that are known already.</param>
    /// <exception cref="AvroSchemaException">It is no schema; the text names the place and the fault.</exception>
    public static AvroSchema Parse(string json, AvroParseOptions? options = null) => SchemaParser.Parse(json, options ?? AvroParseOptions.Default);

    /// <summary>A primitive type without attributes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no primitive type.</exception>
    public static AvroSchema Primitive(AvroType type) => new PrimitiveSchema(type);

    /// <summary>The schema as JSON on one line, with all attributes.</summary>
    public override string ToString() => _json ??= SchemaJson.Write(this, []);

    internal void Describe(IReadOnlyDictionary<string, JsonElement> properties)
    {
        Properties = properties;
        LogicalType = AvroLogicalType.Of(this);
    }
}
