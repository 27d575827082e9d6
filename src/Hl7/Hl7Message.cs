using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Hl7;

/// <summary>
/// An HL7 v2 message in its vertical-bar form. Immutable and safe for use by several threads; segments are found at once,
/// fields and what is in them only when they are asked for. Reading is lenient where the field is: segments may end with
/// CR, LF or both, blanks before a segment's name, empty lines, MLLP framing around the message and a byte order mark are
/// passed over; every other line is a segment, also one with an unknown name.
/// </summary>
public sealed class Hl7Message
{
    private static readonly char[] SegmentEnds = ['\r', '\n'];

    private readonly Hl7Segment[] _segments;

    private Hl7Message(Hl7Segment[] segments, in Hl7Delimiters delimiters)
    {
        _segments = segments;
        Delimiters = delimiters;
    }

    /// <summary>The delimiters that MSH declares.</summary>
    public Hl7Delimiters Delimiters { get; }

    /// <summary>The segments, in the order of the text; the first is MSH.</summary>
    public IReadOnlyList<Hl7Segment> Segments => _segments;

    /// <summary>MSH.</summary>
    public Hl7Segment Header => _segments[0];

    /// <summary>Reads a message from bytes, in the character set that MSH-18 names, else UTF-8.</summary>
    /// <exception cref="Hl7Exception">It is none; the text names the fault, never the content.</exception>
    public static Hl7Message Parse(ReadOnlySpan<byte> bytes) =>
        TryParse(bytes, out var message, out var error) ? message : throw new Hl7Exception(error);

    /// <summary>Reads a message from text.</summary>
    /// <exception cref="Hl7Exception">It is none; the text names the fault, never the content.</exception>
    public static Hl7Message Parse(string text) =>
        TryParse(text, out var message, out var error) ? message : throw new Hl7Exception(error);

    /// <summary>Reads a message from bytes, in the character set that MSH-18 names, else UTF-8.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Hl7Message? message, out Hl7Error error)
    {
        message = null;
        error = Hl7CharacterSet.Decode(bytes, out var text);
        return error == Hl7Error.None && TryParse(text, out message, out error);
    }

    /// <summary>Reads a message from text.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Hl7Message? message, out Hl7Error error)
    {
        message = null;
        error = Hl7Error.None;
        var rest = text.AsMemory().TrimStart("\uFEFF\v \t\r\n").TrimEnd("\u001C\r\n");
        if (rest.IsEmpty)
        {
            error = Hl7Error.Empty;
            return false;
        }

        var first = rest.Span;
        if (first.StartsWith("FHS") || first.StartsWith("BHS"))
            error = Hl7Error.Batch;
        else if (!first.StartsWith("MSH"))
            error = Hl7Error.NoHeader;
        else if (!Hl7Delimiters.TryRead(FirstLine(first), out var delimiters))
            error = Hl7Error.Delimiters;
        else
            message = new(Split(rest, delimiters), delimiters);
        return message is not null;
    }

    /// <summary>The value at a place, unescaped; null where there is none. The HL7 null is <c>""</c> (two quotation marks).</summary>
    /// <exception cref="FormatException">The path is not written as <see cref="Hl7Path"/> says.</exception>
    public string? Get(string path) => Get(Hl7Path.Parse(path));

    /// <summary>The value at a place, unescaped; null where there is none.</summary>
    public string? Get(in Hl7Path path)
    {
        var value = Segment(path.Segment, path.SegmentNumber)?[path.Field][path.Repetition][path.Component][path.Subcomponent];
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>A segment by its name and number, from 1; null where there is none.</summary>
    public Hl7Segment? Segment(string name, int number = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        foreach (var segment in _segments)
        {
            if (segment.Name == name && --number == 0)
                return segment;
        }

        return null;
    }

    private static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(SegmentEnds);
        return end < 0 ? text : text[..end];
    }

    private static Hl7Segment[] Split(ReadOnlyMemory<char> text, in Hl7Delimiters delimiters)
    {
        var segments = new List<Hl7Segment>(16);
        while (!text.IsEmpty)
        {
            var end = text.Span.IndexOfAny(SegmentEnds);
            var line = (end < 0 ? text : text[..end]).TrimStart(" \t");
            if (!line.IsEmpty)
                segments.Add(new(line, delimiters));
            text = end < 0 ? default : text[(end + 1)..];
        }

        return [.. segments];
    }
}
