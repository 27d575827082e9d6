using System.Buffers;

namespace MedStreams.Hl7;

/// <summary>
/// Changes single places of a message and leaves every other byte as it is: delimiters that separate nothing, blanks, line
/// ends, unknown segments, and bytes that fit no character set. Not safe for use by several threads.
/// </summary>
public sealed class Hl7Editor
{
    private const string SegmentEnd = "\r";

    private readonly Hl7Message _message;
    private readonly Hl7Delimiters _delimiters;
    private readonly List<Line> _lines = [];
    private readonly Piece _tail;

    internal Hl7Editor(Hl7Message message)
    {
        _message = message;
        _delimiters = message.Delimiters;
        var ranges = message.Source is { } bytes ? SegmentBytes.Find(bytes.Span, message.Segments.Count) : null;
        int text = 0, at = 0;
        for (var i = 0; i < message.Segments.Count; i++)
        {
            var segment = message.Segments[i];
            var start = message.Text.AsSpan(text).IndexOf(segment.Raw.Span, StringComparison.Ordinal) + text;
            var gap = new Piece(message.Text[text..start], Bytes(at, ranges?[i].Start));
            var content = new Piece(segment.Raw.ToString(), Bytes(ranges?[i].Start ?? 0, ranges?[i].End));
            _lines.Add(new(segment.Name, gap, content));
            text = start + segment.Raw.Length;
            at = ranges?[i].End ?? 0;
        }

        _tail = new(message.Text[text..], Bytes(at, message.Source?.Length));
    }

    /// <summary>
    /// Sets the value at a place; what is needed to get there (fields, repetitions, components, the segment itself as the
    /// last one) is added. Parts of the path that are not said are the first.
    /// </summary>
    /// <param name="path">The place, as <see cref="Hl7Path"/> writes it.</param>
    /// <param name="value">The value; delimiters and line ends in it are escaped. Null or empty clears the place.</param>
    /// <exception cref="FormatException">The path is not one.</exception>
    /// <exception cref="ArgumentException">The place cannot be: MSH-1 and MSH-2, or a segment beyond the next one.</exception>
    /// <exception cref="Hl7Exception">The value needs a delimiter or an escape that the message does not have.</exception>
    public Hl7Editor Set(string path, string? value)
    {
        var place = Hl7Path.Parse(path);
        return Put(
            place with
            {
                Repetition = Math.Max(place.Repetition, 1),
                Component = Math.Max(place.Component, 1),
                Subcomponent = Math.Max(place.Subcomponent, 1),
            },
            Hl7Escapes.Escape(value, _delimiters));
    }

    /// <summary>
    /// Sets the text at a place as it is, escapes and inner delimiters included: a whole field for <c>PID-3</c>, one
    /// repetition for <c>PID-3[2]</c>, one component for <c>PID-3.4</c>.
    /// </summary>
    /// <exception cref="FormatException">The path is not one.</exception>
    /// <exception cref="ArgumentException">The text would reach beyond the place, or the place cannot be.</exception>
    public Hl7Editor SetRaw(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var place = Hl7Path.Parse(path);
        List<char> outer = ['\r', '\n', _delimiters.Field];
        if (place.Repetition > 0 || place.Component > 0)
            outer.Add(_delimiters.Repetition);
        if (place.Component > 0)
            outer.Add(_delimiters.Component);
        if (place.Subcomponent > 0)
            outer.Add(_delimiters.Subcomponent);
        if (text.AsSpan().ContainsAny([.. outer]))
            throw new ArgumentException($"The text holds a delimiter that ends {path}.", nameof(text));
        return Put(place, text);
    }

    /// <summary>Adds an empty segment after all others.</summary>
    /// <exception cref="ArgumentException">The name is not one of three capitals or digits.</exception>
    public Hl7Editor Add(string segment)
    {
        _lines.Add(new(Named(segment), new(SegmentEnd, null), new(segment, null)));
        return this;
    }

    /// <summary>Adds an empty segment before another.</summary>
    /// <exception cref="ArgumentException">There is no such other segment, or it is the first.</exception>
    public Hl7Editor InsertBefore(string other, int number, string segment)
    {
        var at = Find(other, number);
        if (at < 1)
            throw new ArgumentException($"There is no {other}[{number}] that something can stand before.", nameof(other));
        var next = _lines[at];
        _lines.Insert(at, new(Named(segment), next.Gap, new(segment, null)));
        _lines[at + 1] = next with { Gap = new(SegmentEnd, null) };
        return this;
    }

    /// <summary>Takes a segment out.</summary>
    /// <exception cref="ArgumentException">There is no such segment, or it is the first.</exception>
    public Hl7Editor Remove(string segment, int number = 1)
    {
        var at = Find(segment, number);
        if (at < 1)
            throw new ArgumentException($"There is no {segment}[{number}] that can be taken out.", nameof(segment));
        _lines.RemoveAt(at);
        return this;
    }

    /// <summary>The edited message.</summary>
    /// <exception cref="Hl7Exception">The character set has no code for a character that was set, or is not known.</exception>
    public Hl7Message ToMessage()
    {
        var text = string.Concat(Pieces().Select(p => p.Text));
        var edited = Hl7Message.Parse(text);
        if (_message.Source is null)
            return edited;
        var was = _message.Header[18].Raw.Span;
        var renamed = !edited.Header[18].Raw.Span.SequenceEqual(was);
        var encoding = renamed ? Hl7CharacterSet.Of(edited.Header, _message.Encoding) : _message.Encoding;
        if (encoding is null)
            throw new Hl7Exception(new Hl7Fault(Hl7Error.CharacterSet, edited.Header.Offset(18)));
        var bytes = new ArrayBufferWriter<byte>(text.Length);
        foreach (var piece in Pieces())
            bytes.Write(renamed || piece.Bytes is null ? Hl7CharacterSet.Encode(piece.Text, encoding) : piece.Bytes.Value.Span);
        return new(
            text, [.. edited.Segments], edited.Delimiters, bytes.WrittenMemory, new(encoding, renamed || _message.FitsCharacterSet));
    }

    private Hl7Editor Put(in Hl7Path place, string text)
    {
        var at = Find(place.Segment, place.SegmentNumber);
        if (at < 0)
        {
            if (place.SegmentNumber > 1 && Find(place.Segment, place.SegmentNumber - 1) < 0)
                throw new ArgumentException($"{place.Segment}[{place.SegmentNumber}] has no predecessor.", nameof(place));
            Add(place.Segment);
            at = _lines.Count - 1;
        }

        var header = place.Segment is "MSH" or "FHS" or "BHS";
        if (header && place.Field < 3)
            throw new ArgumentException($"{place} declares the delimiters: begin a new message for others.", nameof(place));
        var line = _lines[at];
        var edited = Replace(
            line.Content.Text,
            [
                (_delimiters.Field, header ? place.Field : place.Field + 1),
                (_delimiters.Repetition, place.Repetition == 0 && place.Component > 0 ? 1 : place.Repetition),
                (_delimiters.Component, place.Component),
                (_delimiters.Subcomponent, place.Subcomponent),
            ],
            text);
        _lines[at] = line with { Content = new(edited, null) };
        return this;
    }

    /// <summary>Puts a text at the place that the numbers lead to; a number of 0 ends the way.</summary>
    private static string Replace(string whole, ReadOnlySpan<(char Separator, int Number)> way, string text)
    {
        if (way.IsEmpty || way[0].Number == 0)
            return text;
        var (separator, number) = way[0];
        if (separator == Hl7Delimiters.Unused)
        {
            return number == 1
                ? Replace(whole, way[1..], text)
                : throw new Hl7Exception("MSH-2 declares no separator for what the path asks for.");
        }

        var start = 0;
        var padding = 0;
        for (var i = 1; i < number; i++)
        {
            var next = padding > 0 ? -1 : whole.IndexOf(separator, start);
            if (next < 0)
                padding++;
            else
                start = next + 1;
        }

        if (padding > 0)
            return text.Length == 0 ? whole : whole + new string(separator, padding) + Replace(string.Empty, way[1..], text);
        var end = whole.IndexOf(separator, start);
        if (end < 0)
            end = whole.Length;
        return string.Concat(whole.AsSpan(0, start), Replace(whole[start..end], way[1..], text), whole.AsSpan(end));
    }

    private static string Named(string segment) =>
        segment.Length == 3 && segment.All(char.IsAsciiLetterOrDigit)
            ? segment
            : throw new ArgumentException("A segment's name has three letters or digits.", nameof(segment));

    private int Find(string name, int number) =>
        _lines.FindIndex(line => line.Name == name && --number == 0);

    private IEnumerable<Piece> Pieces() => _lines.SelectMany(line => new[] { line.Gap, line.Content }).Append(_tail);

    private ReadOnlyMemory<byte>? Bytes(int start, int? end) => end is { } e ? _message.Source?[start..e] : null;

    /// <summary>Text and, where it was read and not changed since, its bytes.</summary>
    private readonly record struct Piece(string Text, ReadOnlyMemory<byte>? Bytes);

    /// <summary>A segment, and what stands between it and the one before.</summary>
    private sealed record Line(string Name, Piece Gap, Piece Content);
}
