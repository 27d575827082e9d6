using System.Globalization;

namespace MedStreams.Hl7;

/// <summary>
/// A place in a message, written <c>PID-3</c>, <c>PID-3-1</c>, <c>PID-3(2)-4-1</c> or <c>OBX(2)-5</c>: segment, field,
/// component, sub-component, with the number of the repetition in parentheses. All counting is from 1, as HL7 counts
/// (not from 0 as HAPI's Terser counts repetitions); what is left out is 1.
/// </summary>
/// <param name="Segment">The segment's name.</param>
/// <param name="SegmentNumber">Which of the segments of that name.</param>
/// <param name="Field">The field.</param>
/// <param name="Repetition">The repetition of the field.</param>
/// <param name="Component">The component.</param>
/// <param name="Subcomponent">The sub-component.</param>
public readonly record struct Hl7Path(
    string Segment, int SegmentNumber, int Field, int Repetition = 1, int Component = 1, int Subcomponent = 1)
{
    /// <summary>Reads a path.</summary>
    /// <exception cref="FormatException">It is not written as above.</exception>
    public static Hl7Path Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Span<Range> parts = stackalloc Range[5];
        var text = path.AsSpan();
        var count = text.Split(parts, '-');
        if (count is < 2 or > 4)
            throw Wrong(path);
        var segment = Numbered(text[parts[0]], path, out var number);
        if (segment.Length != 3)
            throw Wrong(path);
        var field = Numbered(text[parts[1]], path, out var repetition);
        return new(
            SegmentNames.Of(segment),
            number,
            Number(field, path),
            repetition,
            count > 2 ? Number(text[parts[2]], path) : 1,
            count > 3 ? Number(text[parts[3]], path) : 1);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Segment}({SegmentNumber})-{Field}({Repetition})-{Component}-{Subcomponent}";

    private static ReadOnlySpan<char> Numbered(ReadOnlySpan<char> part, string path, out int number)
    {
        number = 1;
        var open = part.IndexOf('(');
        if (open < 0)
            return part;
        if (part[^1] != ')')
            throw Wrong(path);
        number = Number(part[(open + 1)..^1], path);
        return part[..open];
    }

    private static int Number(ReadOnlySpan<char> digits, string path) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw Wrong(path);

    private static FormatException Wrong(string path) =>
        new($"{path} is no place in a message: write it like PID-3, PID-3(2)-4-1 or OBX(2)-5.");
}
