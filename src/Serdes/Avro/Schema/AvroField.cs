using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>A field of a record.</summary>
public sealed class AvroField
{
    internal AvroField(string name, int position, AvroSchema schema)
    {
        Name = name;
        Position = position;
        Schema = schema;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its place in the record, from 0 on.</summary>
    public int Position { get; }

    /// <summary>The type of its values.</summary>
    public AvroSchema Schema { get; }

    /// <summary>What it is for, in the words of its author; null where nothing is said.</summary>
    public string? Doc { get; internal init; }

    /// <summary>The value as JSON that a reader takes where the writer has no such field; null for none (JSON's null is a value).</summary>
    public JsonElement? Default { get; internal init; }

    /// <summary>How it counts when records are sorted.</summary>
    public AvroOrder Order { get; internal init; }

    /// <summary>Names that the field had before: a writer's field of such a name is read as this one.</summary>
    public IReadOnlyList<string> Aliases { get; internal init; } = [];

    /// <summary>Attributes beyond those that the specification defines.</summary>
    public IReadOnlyDictionary<string, JsonElement> Properties { get; internal init; } = SchemaProperties.None;
}

/// <summary>How a field counts when records are sorted.</summary>
public enum AvroOrder
{
    /// <summary>Smaller values first; the default.</summary>
    Ascending,

    /// <summary>Larger values first.</summary>
    Descending,

    /// <summary>Not at all.</summary>
    Ignore,
}
