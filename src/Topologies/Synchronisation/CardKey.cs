using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// The key of a record in the topic of cards. As text: the enterprise, a slash, the number, where <c>%</c> and <c>/</c> of the enterprise are written as
/// <c>%25</c> and <c>%2F</c>. Without an enterprise it is the key of a <see cref="SnapshotMarker"/>, and the number is the source's name.
/// </summary>
/// <param name="Enterprise">The enterprise; empty: a marker's key.</param>
/// <param name="Number">The card's number, or the source.</param>
public readonly record struct CardKey(string Enterprise, string Number)
{
    private const char Separator = '/';

    /// <summary>Whether a marker has this key.</summary>
    public bool IsMarker => Enterprise.Length == 0;

    /// <summary>The key of a source's markers.</summary>
    public static CardKey OfMarker(string source) => new("", source);

    /// <summary>Reads a key.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key.</param>
    /// <returns>False where the text has no slash, or nothing behind it.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out CardKey key)
    {
        var at = text?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        if (at < 0 || at == text!.Length - 1)
        {
            key = default;
            return false;
        }

        key = new CardKey(
            text[..at].Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal), text[(at + 1)..]);
        return true;
    }

    /// <summary>The key as text.</summary>
    public override string ToString() =>
        Enterprise.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal) + Separator + Number;
}
