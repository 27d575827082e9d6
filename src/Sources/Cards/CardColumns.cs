using System.Collections.Immutable;
using System.Globalization;

namespace MedStreams.Sources.Cards;

/// <summary>Which columns of a source hold what: headings of a CSV file, expressions of SQL, paths into JSON. Immutable.</summary>
/// <param name="Enterprise">The enterprise's column.</param>
/// <param name="Number">The number's column.</param>
/// <param name="Due">The validity date's column.</param>
public sealed record CardColumns(string Enterprise, string Number, string Due)
{
    /// <summary>The operator's column; null: all cards are <see cref="FixedOperator"/>'s.</summary>
    public string? Operator { get; init; }

    /// <summary>The operator of cards of which no column tells it.</summary>
    public string? FixedOperator { get; init; }

    /// <summary>Columns of further fields, by their names. Empty cells are left out.</summary>
    public ImmutableSortedDictionary<string, string> Fields { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The form of dates that are text, as .NET writes it; default <c>yyyy-MM-dd</c>.</summary>
    public string DateFormat { get; init; } = "yyyy-MM-dd";

    /// <summary>All columns.</summary>
    internal IEnumerable<string> All => new[] { Enterprise, Number, Due, Operator }.OfType<string>().Concat(Fields.Values);

    /// <summary>Makes a card.</summary>
    /// <param name="value">The value of a column; null or empty where there is none.</param>
    /// <param name="fault">What is wrong; null where nothing is. Holds no value.</param>
    /// <param name="identity">Which card it is, where that much can be told.</param>
    /// <returns>Null where something is wrong.</returns>
    internal CardRow? Read(Func<string, string?> value, out string? fault, out (string Enterprise, string Number)? identity)
    {
        var (enterprise, number) = (Cell(Enterprise), Cell(Number));
        identity = enterprise is not null && number is not null ? (enterprise, number) : null;
        var name = (Operator is null ? null : Cell(Operator)) ?? FixedOperator;
        var due = Cell(Due);
        DateOnly date = default;
        fault = enterprise is null ? $"{Enterprise} is empty"
            : number is null ? $"{Number} is empty"
            : name is null ? $"{Operator} is empty"
            : due is null ? $"{Due} is empty"
            : !DateOnly.TryParseExact(due, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out date) ? $"{Due} is no date of the form {DateFormat}"
            : null;
        if (fault is not null)
            return null;
        var fields = Fields.Select(f => (f.Key, Value: Cell(f.Value))).Where(f => f.Value is not null);
        return new CardRow(enterprise!, number!, name!, date) { Fields = fields.ToImmutableSortedDictionary(f => f.Key, f => f.Value!, StringComparer.Ordinal) };

        string? Cell(string column) => value(column)?.Trim() is { Length: > 0 } text ? text : null;
    }
}
