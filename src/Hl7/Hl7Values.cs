namespace MedStreams.Hl7;

/// <summary>
/// A field of a segment: repetitions of components of sub-components. A view into the message's text; cut when asked.
/// Counting is from 1; what is not there is empty. Safe for use by several threads.
/// </summary>
public readonly struct Hl7Field
{
    private readonly Hl7Delimiters _delimiters;

    internal Hl7Field(ReadOnlyMemory<char> raw, in Hl7Delimiters delimiters)
    {
        Raw = raw;
        _delimiters = delimiters;
    }

    /// <summary>The text as it stands in the message, escapes included.</summary>
    public ReadOnlyMemory<char> Raw { get; }

    /// <summary>Whether there is no text at all.</summary>
    public bool IsEmpty => Raw.IsEmpty;

    /// <summary>How many repetitions there are; 0 for an empty field.</summary>
    public int Count => Slices.Count(Raw.Span, _delimiters.Repetition);

    /// <summary>A repetition, from 1.</summary>
    public Hl7Repetition this[int repetition] =>
        new(Slices.At(Raw, _delimiters.Repetition, repetition), _delimiters);

    /// <summary>The first sub-component of the first component of the first repetition, unescaped; empty where there is none.</summary>
    public string Value => this[1].Value;
}

/// <summary>A repetition of a field: components of sub-components.</summary>
public readonly struct Hl7Repetition
{
    private readonly Hl7Delimiters _delimiters;

    internal Hl7Repetition(ReadOnlyMemory<char> raw, in Hl7Delimiters delimiters)
    {
        Raw = raw;
        _delimiters = delimiters;
    }

    /// <summary>The text as it stands in the message, escapes included.</summary>
    public ReadOnlyMemory<char> Raw { get; }

    /// <summary>Whether there is no text at all.</summary>
    public bool IsEmpty => Raw.IsEmpty;

    /// <summary>How many components there are; 0 for an empty repetition.</summary>
    public int Count => Slices.Count(Raw.Span, _delimiters.Component);

    /// <summary>A component, from 1.</summary>
    public Hl7Component this[int component] => new(Slices.At(Raw, _delimiters.Component, component), _delimiters);

    /// <summary>The first sub-component of the first component, unescaped; empty where there is none.</summary>
    public string Value => this[1].Value;
}

/// <summary>A component: sub-components.</summary>
public readonly struct Hl7Component
{
    private readonly Hl7Delimiters _delimiters;

    internal Hl7Component(ReadOnlyMemory<char> raw, in Hl7Delimiters delimiters)
    {
        Raw = raw;
        _delimiters = delimiters;
    }

    /// <summary>The text as it stands in the message, escapes included.</summary>
    public ReadOnlyMemory<char> Raw { get; }

    /// <summary>Whether there is no text at all.</summary>
    public bool IsEmpty => Raw.IsEmpty;

    /// <summary>How many sub-components there are; 0 for an empty component.</summary>
    public int Count => Slices.Count(Raw.Span, _delimiters.Subcomponent);

    /// <summary>A sub-component, from 1, unescaped; empty where there is none.</summary>
    public string this[int subcomponent] =>
        Hl7Escapes.Unescape(Slices.At(Raw, _delimiters.Subcomponent, subcomponent).Span, _delimiters);

    /// <summary>The first sub-component, unescaped; empty where there is none.</summary>
    public string Value => this[1];
}

/// <summary>Cuts text at a separator, on demand.</summary>
internal static class Slices
{
    /// <summary>How many parts there are; none in an empty text.</summary>
    public static int Count(ReadOnlySpan<char> text, char separator)
    {
        if (text.IsEmpty)
            return 0;
        return separator == Hl7Delimiters.Unused ? 1 : text.Count(separator) + 1;
    }

    /// <summary>The part of that number, from 1; empty where there is none.</summary>
    public static ReadOnlyMemory<char> At(ReadOnlyMemory<char> text, char separator, int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        if (separator == Hl7Delimiters.Unused)
            return number == 1 ? text : default;
        var start = 0;
        var span = text.Span;
        while (number > 1)
        {
            var at = span[start..].IndexOf(separator);
            if (at < 0)
                return default;
            start += at + 1;
            number--;
        }

        var length = span[start..].IndexOf(separator);
        return length < 0 ? text[start..] : text.Slice(start, length);
    }
}
