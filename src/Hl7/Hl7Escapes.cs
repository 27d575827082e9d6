using System.Buffers;
using System.Text;

namespace MedStreams.Hl7;

/// <summary>Escape sequences in values (HL7 v2, chapter 2, use of escape sequences in text fields).</summary>
internal static class Hl7Escapes
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>
    /// The value that a text stands for: F, S, R, E and T between escape characters give the delimiters of the
    /// message. Formatting, hexadecimal, character-set and local sequences stay as they are, since what they mean
    /// depends on who shows the text; so does an escape character that begins no sequence.
    /// </summary>
    public static string Unescape(ReadOnlySpan<char> text, in Hl7Delimiters delimiters)
    {
        var escape = delimiters.Escape;
        if (escape == Hl7Delimiters.Unused || !text.Contains(escape))
            return text.ToString();
        var value = new StringBuilder(text.Length);
        while (true)
        {
            var start = text.IndexOf(escape);
            if (start < 0)
                return value.Append(text).ToString();
            value.Append(text[..start]);
            text = text[start..];
            var length = text[1..].IndexOf(escape);
            if (length == 1 && Delimiter(text[1], delimiters) is { } delimiter)
            {
                value.Append(delimiter);
                text = text[3..];
            }
            else if (length > 0 && IsOtherSequence(text.Slice(1, length)))
            {
                value.Append(text[..(length + 2)]);
                text = text[(length + 2)..];
            }
            else
            {
                value.Append(escape);
                text = text[1..];
            }
        }
    }

    private static char? Delimiter(char code, in Hl7Delimiters delimiters)
    {
        var delimiter = code switch
        {
            'F' => delimiters.Field,
            'S' => delimiters.Component,
            'R' => delimiters.Repetition,
            'E' => delimiters.Escape,
            'T' => delimiters.Subcomponent,
            _ => Hl7Delimiters.Unused,
        };
        return delimiter == Hl7Delimiters.Unused ? null : delimiter;
    }

    private static bool IsOtherSequence(ReadOnlySpan<char> body) => body[0] switch
    {
        '.' => true,
        'H' or 'N' or 'P' => body.Length == 1,
        'X' or 'C' or 'M' => body[1..].IndexOfAnyExcept(HexDigits) < 0,
        'Z' => true,
        _ => false,
    };
}
