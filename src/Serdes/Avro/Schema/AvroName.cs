namespace MedStreams.Serialization.Avro;

/// <summary>The name of a type. The dots of a namespace separate names that follow the same rule.</summary>
internal readonly record struct AvroName
{
    private AvroName(string? space, string simple)
    {
        Space = space;
        Simple = simple;
        Full = space is null ? simple : $"{space}.{simple}";
    }

    public string? Space { get; }

    public string Simple { get; }

    public string Full { get; }

    /// <summary>A name as it stands in a schema: one with dots is full, another belongs to the namespace given.</summary>
    public static bool TryParse(string text, string? space, out AvroName name, out string fault)
    {
        var dot = text.LastIndexOf('.');
        var simple = text[(dot + 1)..];
        if (dot >= 0)
            space = text[..dot];
        if (string.IsNullOrEmpty(space))
            space = null;
        fault = FaultOf(simple) ?? (space is null ? null : FaultOfSpace(space)) ?? "";
        name = fault.Length == 0 ? new AvroName(space, simple) : default;
        return fault.Length == 0;
    }

    /// <summary>
    /// What is wrong with a simple name, or null. Letters and digits beyond ASCII pass, as they do in Avro for Java: schemas
    /// with them exist, and whoever reads their data has no say in it.
    /// </summary>
    public static string? FaultOf(string simple)
    {
        if (simple.Length == 0)
            return "a name is empty";
        for (var i = 0; i < simple.Length; i++)
        {
            var c = simple[i];
            if (c != '_' && !char.IsLetter(c) && (i == 0 || !char.IsDigit(c)))
                return i == 0 ? "a name begins with a letter or an underscore" : "a name consists of letters, digits and underscores";
        }

        return null;
    }

    /// <summary>Whether a name or a namespace has letters beyond ASCII.</summary>
    public static bool IsBeyondAscii(string name) => !System.Text.Ascii.IsValid(name);

    private static string? FaultOfSpace(string space) =>
        space.Split('.').Select(FaultOf).FirstOrDefault(fault => fault is not null);
}
