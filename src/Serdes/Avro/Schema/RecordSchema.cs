namespace MedStreams.Serialization.Avro;

/// <summary>A record: named fields in a fixed order.</summary>
public sealed class RecordSchema : NamedSchema
{
    private Dictionary<string, AvroField> _byName = [];

    internal RecordSchema(AvroName name, string? doc, bool isError)
        : base(AvroType.Record, name, doc) => IsError = isError;

    /// <summary>The fields, in the order in which they are written.</summary>
    public IReadOnlyList<AvroField> Fields
    {
        get;
        internal set
        {
            field = value;
            _byName = value.ToDictionary(one => one.Name, StringComparer.Ordinal);
        }
    } = [];

    /// <summary>Whether the schema calls it an <c>error</c>, as protocols do; otherwise the same as a record.</summary>
    public bool IsError { get; }

    /// <summary>The field of that name, or null.</summary>
    public AvroField? Field(string name) => _byName.GetValueOrDefault(name);
}
