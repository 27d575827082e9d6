namespace MedStreams.Serialization.Avro;

/// <summary>How a class, record, struct or enum of C# appears in Avro. Without it: its own name, in its own namespace.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface, Inherited = false)]
public sealed class AvroTypeAttribute : Attribute
{
    /// <summary>The name; one with dots is a full name.</summary>
    public string? Name { get; init; }

    /// <summary>The namespace; the empty text is none.</summary>
    public string? Namespace { get; init; }

    /// <summary>What it is for.</summary>
    public string? Doc { get; init; }

    /// <summary>Names that it had before; those without dots belong to its namespace.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Of an enum: the symbol that stands for one that a reader does not know.</summary>
    public string? Default { get; init; }
}

/// <summary>How a property, a constructor's parameter or an enum's member appears in Avro. Without it: its own name, no default (null where it can be null).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class AvroFieldAttribute : Attribute
{
    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Doc { get; init; }

    /// <summary>
    /// The default as JSON: <c>0</c>, <c>"\"none\""</c>, <c>"[]"</c>. A reader takes it where the writer has no such field, so give a
    /// new field one.
    /// </summary>
    public string? Default { get; init; }

    /// <summary>Names that it had before.</summary>
    public string[] Aliases { get; init; } = [];
}

/// <summary>The Avro type of a property as JSON, where the usual one is not wanted: <c>[AvroSchema("""{"type":"long","logicalType":"timestamp-millis"}""")]</c>.</summary>
/// <param name="json">The schema; of a property that can be null the type without null.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class AvroSchemaAttribute(string json) : Attribute
{
    /// <summary>The schema.</summary>
    public string Json { get; } = json;
}

/// <summary>The digits of a decimal, which Avro fixes for a field; .NET's decimal carries them in each value.</summary>
/// <param name="precision">The most digits.</param>
/// <param name="scale">How many of them stand after the point.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class AvroDecimalAttribute(int precision, int scale) : Attribute
{
    /// <summary>The most digits.</summary>
    public int Precision { get; } = precision;

    /// <summary>How many of them stand after the point.</summary>
    public int Scale { get; } = scale;
}

/// <summary>
/// The types that a value of a base class, an interface or <c>object</c> may be of: a union in Avro. Stands at the base type, or at
/// a property (for its items, where it is a collection).
/// </summary>
/// <param name="types">The types, in the order of the union's branches.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.Class | AttributeTargets.Interface, Inherited = false)]
public sealed class AvroUnionAttribute(params Type[] types) : Attribute
{
    /// <summary>The types.</summary>
    public IReadOnlyList<Type> Types { get; } = types;
}

/// <summary>Keeps a property out of Avro.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class AvroIgnoreAttribute : Attribute;
