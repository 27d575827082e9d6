namespace MedStreams.Serialization.Avro;

/// <summary>
/// A record whose schema is known at run time only. Values are null, bool, int, long, float, double, <c>byte[]</c>, string,
/// <see cref="GenericRecord"/>, <see cref="GenericEnum"/>, <see cref="GenericFixed"/>, <c>List&lt;object?&gt;</c> or
/// <c>Dictionary&lt;string, object?&gt;</c>; a union's value stands bare. Logical types stand as their base type:
/// see docs/serdes.md. Two records are equal if their types have the same name and their values are equal, those within
/// collections too. Not safe for use by several threads while it is changed.
/// </summary>
public sealed class GenericRecord : IEquatable<GenericRecord>
{
    private readonly object?[] _values;

    /// <summary>A record without values: each field is null until it is set.</summary>
    public GenericRecord(RecordSchema schema)
    {
        Schema = schema;
        _values = new object?[schema.Fields.Count];
    }

    /// <summary>What fields it has.</summary>
    public RecordSchema Schema { get; }

    /// <summary>The value of a field, by name.</summary>
    /// <exception cref="ArgumentException">There is no such field.</exception>
    public object? this[string field]
    {
        get => _values[PositionOf(field)];
        set => _values[PositionOf(field)] = value;
    }

    /// <summary>The value of a field, by its place.</summary>
    public object? this[int position]
    {
        get => _values[position];
        set => _values[position] = value;
    }

    /// <inheritdoc/>
    public bool Equals(GenericRecord? other) => GenericEquality.Records(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GenericRecord);

    /// <inheritdoc/>
    public override int GetHashCode() => GenericEquality.Hash(this);

    private int PositionOf(string field) =>
        Schema.Field(field)?.Position ?? throw new ArgumentException($"{Schema.Name} has no field {field}.", nameof(field));
}

/// <summary>A symbol of an enum whose schema is known at run time only.</summary>
/// <param name="Schema">The enum.</param>
/// <param name="Symbol">One of its symbols.</param>
public sealed record GenericEnum(EnumSchema Schema, string Symbol)
{
    /// <summary>Whether both are the same symbol of types of the same name.</summary>
    public bool Equals(GenericEnum? other) => other is not null && Symbol == other.Symbol && Schema.Name == other.Schema.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Symbol.GetHashCode(StringComparison.Ordinal);

    /// <summary>The symbol.</summary>
    public override string ToString() => Symbol;
}

/// <summary>Bytes of a fixed whose schema is known at run time only.</summary>
public sealed class GenericFixed : IEquatable<GenericFixed>
{
    /// <summary>Bytes of that type.</summary>
    /// <exception cref="ArgumentException">There are not as many as the schema says.</exception>
    public GenericFixed(FixedSchema schema, byte[] value)
    {
        if (value.Length != schema.Size)
            throw new ArgumentException($"{schema.Name} has {schema.Size} bytes, not {value.Length}.", nameof(value));
        Schema = schema;
        Value = value;
    }

    /// <summary>The type.</summary>
    public FixedSchema Schema { get; }

    /// <summary>The bytes, not a copy.</summary>
    public byte[] Value { get; }

    /// <summary>Whether both are the same bytes of types of the same name.</summary>
    public bool Equals(GenericFixed? other) =>
        other is not null && Schema.Name == other.Schema.Name && Value.AsSpan().SequenceEqual(other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GenericFixed);

    /// <inheritdoc/>
    public override int GetHashCode() => GenericEquality.Hash(Value);
}
