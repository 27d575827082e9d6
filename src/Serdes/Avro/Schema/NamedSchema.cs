namespace MedStreams.Serialization.Avro;

/// <summary>A record, an enum or a fixed: types that have a name and may be referred to by it.</summary>
public abstract class NamedSchema : AvroSchema
{
    private protected NamedSchema(AvroType type, AvroName name, string? doc)
        : base(type)
    {
        QualifiedName = name;
        Doc = doc;
    }

    /// <summary>The full name: the namespace, a dot and the simple name; the simple name alone where there is no namespace.</summary>
    public override string Name => QualifiedName.Full;

    /// <summary>The name without its namespace.</summary>
    public string SimpleName => QualifiedName.Simple;

    /// <summary>The namespace, or null for none.</summary>
    public string? Namespace => QualifiedName.Space;

    /// <summary>What it is for, in the words of its author; null where nothing is said.</summary>
    public string? Doc { get; }

    /// <summary>Full names that the type had before: a writer's type of such a name is read as this one.</summary>
    public IReadOnlyList<string> Aliases { get; internal set; } = [];

    internal AvroName QualifiedName { get; }
}
