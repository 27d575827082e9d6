using System.Globalization;

namespace MedStreams.Hl7;

/// <summary>
/// A place in a message: segment, field, repetition, component, sub-component, written <c>PID-3</c>, <c>PID-3.4.2</c>,
/// <c>PID.3.4.2</c>, <c>PID-3[2].1</c> or <c>OBX[2]-5</c>; hyphens, dots and slashes are one, and so are brackets and
/// parentheses. All counting is from 1, as HL7 counts (not from 0 as HAPI's Terser counts repetitions).
/// </summary>
/// <param name="Segment">The segment's name, three characters.</param>
/// <param name="SegmentNumber">Which of the segments of that name.</param>
/// <param name="Field">The field.</param>
/// <param name="Repetition">The repetition of the field; 0 where the path does not say, which reads as the first.</param>
/// <param name="Component">The component; 0 where the path does not say, which reads as the first.</param>
/// <param name="Subcomponent">The sub-component; 0 where the path does not say, which reads as the first.</param>
public readonly record struct Hl7Path(
    string Segment, int SegmentNumber, int Field, int Repetition = 0, int Component = 0, int Subcomponent = 0)
{
    private const string Separators = "-./";

    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">It is not written as above.</exception>
    public static Hl7Path Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<Range> parts = stackalloc Range[5];
        var text = path.AsSpan();
        var count = text.SplitAny(parts, Separators);
        if (count is < 2 or > 4)
            throw Wrong(path);
        var segment = Numbered(text[parts[0]], path, out var number);
        if (segment.Length != 3)
            throw Wrong(path);
        var field = Numbered(text[parts[1]], path, out var repetition);
        return new(
            SegmentNames.Of(segment),
            Math.Max(number, 1),
            Number(field, path),
            repetition,
            count > 2 ? Number(text[parts[2]], path) : 0,
            count > 3 ? Number(text[parts[3]], path) : 0);
    }

    /// <summary>The path as this type writes it; reading it gives the same path.</summary>
    public override string ToString()
    {
        var text = $"{Segment}{(SegmentNumber > 1 ? $"[{SegmentNumber}]" : null)}-{Field}";
        if (Repetition > 0)
            text += $"[{Repetition}]";
        if (Component > 0)
            text += $".{Component}";
        return Subcomponent > 0 ? $"{text}.{Subcomponent}" : text;
    }

    private static ReadOnlySpan<char> Numbered(ReadOnlySpan<char> part, string path, out int number)
    {
        number = 0;
        var open = part.IndexOfAny('(', '[');
        if (open < 0)
            return part;
        if (part[^1] != (part[open] == '(' ? ')' : ']'))
            throw Wrong(path);
        number = Number(part[(open + 1)..^1], path);
        return part[..open];
    }

    private static int Number(ReadOnlySpan<char> digits, string path) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw Wrong(path);

    private static FormatException Wrong(string path) =>
        new($"{path} is no place in a message: write it like PID-3, PID-3[2].4.1 or OBX[2]-5.");
}
