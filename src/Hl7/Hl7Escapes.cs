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

    /// <summary>
    /// The text that stands for a value: delimiters as sequences, line ends and other control characters as hexadecimal
    /// ones. What <see cref="Unescape"/> reads from it is the value again, line ends excepted.
    /// </summary>
    /// <exception cref="Hl7Exception">The value needs an escape, and the message declares no escape character.</exception>
    public static string Escape(ReadOnlySpan<char> value, in Hl7Delimiters delimiters)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (Code(c, delimiters) is not { } code)
            {
                text.Append(c);
                continue;
            }

            if (delimiters.Escape == Hl7Delimiters.Unused)
                throw new Hl7Exception("The value holds a delimiter, but MSH-2 declares no escape character.");
            text.Append(delimiters.Escape).Append(code).Append(delimiters.Escape);
        }

        return text.ToString();
    }

    private static string? Code(char c, in Hl7Delimiters delimiters)
    {
        if (c == delimiters.Field)
            return "F";
        if (c == delimiters.Component)
            return "S";
        if (c == delimiters.Repetition)
            return "R";
        if (c == Hl7Delimiters.Unused)
            return "X00";
        if (c == delimiters.Escape)
            return "E";
        if (c == delimiters.Subcomponent)
            return "T";
        return c < ' ' && c != '\t' ? $"X{(int)c:X2}" : null;
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
