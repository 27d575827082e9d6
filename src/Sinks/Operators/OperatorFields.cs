namespace MedStreams.Sinks.Operators;

/// <summary>The names that templates of requests may use.</summary>
public static class OperatorFields
{
    /// <summary>The card's enterprise.</summary>
    public const string Enterprise = "enterprise";

    /// <summary>The card's number.</summary>
    public const string Number = "number";

    /// <summary>The card's operator.</summary>
    public const string Operator = "operator";

    /// <summary>The date for which the card is synchronised, as in 2031-03-31.</summary>
    public const string Due = "due";

    /// <summary>What is the same for every repetition of a call, and for no other call.</summary>
    public const string Key = "key";

    /// <summary>Names that begin so are further fields of the card, as its source tells them.</summary>
    public const string CardPrefix = "card.";

    /// <summary>All that every call has.</summary>
    public static IReadOnlyList<string> All { get; } = [Enterprise, Number, Operator, Due, Key];

    internal static bool Knows(string name) => All.Contains(name, StringComparer.Ordinal) || (name.StartsWith(CardPrefix, StringComparison.Ordinal) && name.Length > CardPrefix.Length);
}
