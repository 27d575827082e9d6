using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MedStreams.Hl7;

/// <summary>
/// An HL7 v2 message in its vertical-bar form. Immutable and safe for use by several threads; segments are found at once,
/// fields and what is in them only when they are asked for. Reading is lenient where the field is: segments may end with
/// CR, LF or both, blanks before a segment's name, empty lines, MLLP framing around the message and a byte order mark are
/// passed over; every other line is a segment, also one with an unknown name. Writing gives back every byte that was read;
/// <see cref="Edit"/> changes single places and leaves the rest as it is.
/// </summary>
public sealed class Hl7Message
{
    private static readonly char[] SegmentEnds = ['\r', '\n'];

    private readonly Hl7Segment[] _segments;
    private readonly ReadOnlyMemory<byte>? _bytes;

    internal Hl7Message(
        string text, Hl7Segment[] segments, in Hl7Delimiters delimiters, ReadOnlyMemory<byte>? bytes, Hl7CharacterSet.Decoding decoding)
    {
        Text = text;
        _segments = segments;
        Delimiters = delimiters;
        _bytes = bytes;
        Encoding = decoding.Encoding;
        FitsCharacterSet = decoding.Fits;
    }

    /// <summary>The delimiters that MSH declares.</summary>
    public Hl7Delimiters Delimiters { get; }

    /// <summary>The segments, in the order of the text; the first is MSH.</summary>
    public IReadOnlyList<Hl7Segment> Segments => _segments;

    /// <summary>MSH.</summary>
    public Hl7Segment Header => _segments[0];

    /// <summary>The whole text, as it was read.</summary>
    public string Text { get; }

    /// <summary>
    /// The set that the bytes were decoded by, or will be encoded by: MSH-18's, or what the bytes turned out to be
    /// (see <see cref="FitsCharacterSet"/>).
    /// </summary>
    public Encoding Encoding { get; }

    /// <summary>False where bytes did not fit the set that MSH-18 names (or the default where it names none).</summary>
    public bool FitsCharacterSet { get; }

    /// <summary>The bytes that the message was read from; null where it was read from text.</summary>
    internal ReadOnlyMemory<byte>? Source => _bytes;

    /// <summary>Reads a message from bytes, in the character set that MSH-18 names.</summary>
    /// <param name="bytes">The message; it is copied.</param>
    /// <param name="characterSet">The set where MSH-18 names none; UTF-8 by default.</param>
    /// <exception cref="Hl7Exception">It is none; the text names the fault and its place, never the content.</exception>
    public static Hl7Message Parse(ReadOnlySpan<byte> bytes, Encoding? characterSet = null) =>
        TryParse(bytes, out var message, out var fault, characterSet) ? message : throw new Hl7Exception(fault);

    /// <summary>Reads a message from text.</summary>
    /// <exception cref="Hl7Exception">It is none; the text names the fault and its place, never the content.</exception>
    public static Hl7Message Parse(string text) =>
        TryParse(text, out var message, out var fault) ? message : throw new Hl7Exception(fault);

    /// <summary>Reads a message from bytes, in the character set that MSH-18 names.</summary>
    /// <param name="bytes">The message; it is copied.</param>
    /// <param name="message">The message.</param>
    /// <param name="fault">What is wrong and where, counted in bytes.</param>
    /// <param name="characterSet">The set where MSH-18 names none; UTF-8 by default.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out Hl7Message? message,
        out Hl7Fault fault,
        Encoding? characterSet = null)
    {
        message = null;
        fault = Hl7CharacterSet.Decode(bytes, characterSet ?? Encoding.UTF8, out var text, out var decoding);
        return fault.Error == Hl7Error.None && TryParse(text, bytes.ToArray(), decoding, out message, out fault);
    }

    /// <summary>Reads a message from text.</summary>
    /// <param name="text">The message.</param>
    /// <param name="message">The message.</param>
    /// <param name="fault">What is wrong and where, counted in characters.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Hl7Message? message, out Hl7Fault fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, null, new(Encoding.UTF8, true), out message, out fault);
    }

    /// <summary>The value at a place, unescaped; null where there is none. The HL7 null is <c>""</c> (two quotation marks).</summary>
    /// <exception cref="FormatException">The path is not written as <see cref="Hl7Path"/> says.</exception>
    public string? Get(string path) => Get(Hl7Path.Parse(path));

    /// <summary>The value at a place, unescaped; null where there is none.</summary>
    public string? Get(in Hl7Path path)
    {
        var field = Segment(path.Segment, path.SegmentNumber)?[path.Field] ?? default;
        var value = field[Math.Max(path.Repetition, 1)][Math.Max(path.Component, 1)][Math.Max(path.Subcomponent, 1)];
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

    /// <summary>The segments of that name, in their order.</summary>
    public IEnumerable<Hl7Segment> SegmentsOf(string name) => _segments.Where(s => s.Name == name);

    /// <summary>Begins a new message, which has an MSH with these delimiters and nothing else yet.</summary>
    public static Hl7Editor New(Hl7Delimiters? delimiters = null)
    {
        var d = delimiters ?? Hl7Delimiters.Default;
        return Parse($"MSH{d.Field}{d.EncodingCharacters}\r").Edit();
    }

    /// <summary>Begins an edit of this message, which itself stays as it is.</summary>
    public Hl7Editor Edit() => new(this);

    /// <summary>
    /// The message as bytes: those it was read from, where it was read from bytes; else its text in the set that MSH-18
    /// names (UTF-8 where it names none).
    /// </summary>
    /// <exception cref="Hl7Exception">MSH-18 names an unknown set, or one that has no code for a character of the message.</exception>
    public ReadOnlyMemory<byte> ToBytes() => _bytes ?? Hl7CharacterSet.Encode(
        Text,
        Hl7CharacterSet.Of(Header, Encoding)
            ?? throw new Hl7Exception(new Hl7Fault(Hl7Error.CharacterSet, Header.Offset(18))));

    /// <summary>
    /// The text in its normal form: segments end with CR, delimiters after the last value of a segment, field, repetition or
    /// component are left out. Values are the same.
    /// </summary>
    public string ToNormalText() => NormalForm.Of(this);

    /// <summary>What kind of message it is; nothing of its content, so that it may stand in a log.</summary>
    public override string ToString() => $"HL7 message of {_segments.Length} segments";

    private static bool TryParse(
        string text, ReadOnlyMemory<byte>? bytes, Hl7CharacterSet.Decoding decoding, [NotNullWhen(true)] out Hl7Message? message, out Hl7Fault fault)
    {
        message = null;
        fault = default;
        var rest = text.AsMemory().TrimStart("\uFEFF\v \t\r\n");
        var before = text.Length - rest.Length;
        rest = rest.TrimEnd("\u001C\r\n");
        var first = rest.Span;
        if (rest.IsEmpty)
            fault = new(Hl7Error.Empty, text.Length);
        else if (first.StartsWith("FHS") || first.StartsWith("BHS"))
            fault = new(Hl7Error.Batch, before);
        else if (!first.StartsWith("MSH"))
            fault = new(Hl7Error.NoHeader, before);
        else if (!Hl7Delimiters.TryRead(FirstLine(first), out var delimiters, out var at))
            fault = new(Hl7Error.Delimiters, before + at);
        else
            message = new(text, Split(rest, delimiters), delimiters, bytes, decoding);
        return message is not null;
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
