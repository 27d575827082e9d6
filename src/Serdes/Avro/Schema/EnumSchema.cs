namespace MedStreams.Serialization.Avro;

/// <summary>An enum: one of several symbols.</summary>
public sealed class EnumSchema : NamedSchema
{
    private readonly Dictionary<string, int> _ordinals;

    internal EnumSchema(AvroName name, string? doc, IReadOnlyList<string> symbols, string? defaultSymbol)
        : base(AvroType.Enum, name, doc)
    {
        Symbols = symbols;
        Default = defaultSymbol;
        _ordinals = symbols.Select((symbol, index) => (symbol, index)).ToDictionary(s => s.symbol, s => s.index, StringComparer.Ordinal);
    }

    /// <summary>The symbols; their places in the list are what is written.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>The symbol that a reader takes for one that it does not know; null for none.</summary>
    public string? Default { get; }

    /// <summary>The place of a symbol, or -1.</summary>
    public int IndexOf(string symbol) => _ordinals.GetValueOrDefault(symbol, -1);
}
