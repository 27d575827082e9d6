using System.Globalization;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>Values of keys as text and back: whole numbers as <c>n7</c>, texts as <c>s</c> and their letters, percent-encoded. Pure.</summary>
internal static class SqlKeyText
{
    /// <summary>A value as text.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static string Of(object value) => value switch
    {
        string text => "s" + Uri.EscapeDataString(text),
        long or int or short or byte or decimal { Scale: 0 } => string.Create(CultureInfo.InvariantCulture, $"n{value}"),
        _ => throw new ArgumentException("A key is to be a text or a whole number: cast it in the mapping.", nameof(value)),
    };

    public static bool TryParse(string text, out object value)
    {
        value = text.Length == 0 ? "" : Uri.UnescapeDataString(text[1..]);
        if (text.StartsWith('s'))
            return true;
        var isNumber = text.StartsWith('n') & long.TryParse((string)value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return isNumber;
    }
}
