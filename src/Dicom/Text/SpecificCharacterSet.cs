using System.Buffers;
using System.Text;

namespace MedStreams.Dicom.Text;

/// <summary>
/// How text is written in a data set: Specific Character Set (0008,0005), PS3.3 section C.12.1.1.2 and PS3.5 section 6.1. Single-byte sets, those with code extensions
/// (ISO 2022), UTF-8, GB18030 and GBK. Reading never fails: what cannot be read becomes U+FFFD, and the bytes stay as they are. Immutable; safe for
/// concurrent use.
/// </summary>
public sealed class SpecificCharacterSet
{
    private const byte Esc = 0x1B;
    private readonly Encoding? _whole;
    private readonly CodeElement _left;
    private readonly CodeElement? _right;
    private readonly CodeElement[] _extensions;

    private SpecificCharacterSet(IReadOnlyList<string> terms, Encoding? whole, CodeElement left, CodeElement? right, CodeElement[] extensions) =>
        (Terms, _whole, _left, _right, _extensions) = (terms, whole, left, right, extensions);

    /// <summary>The default: ISO_IR 6. Bytes beyond it are read as Latin-1, so that none is lost.</summary>
    public static SpecificCharacterSet Ascii { get; } = new([], null, CodeElement.Ascii, Element("ISO_IR 100"), []);

    /// <summary>UTF-8.</summary>
    public static SpecificCharacterSet Utf8 { get; } = Of(["ISO_IR 192"]);

    /// <summary>The defined terms as they were given.</summary>
    public IReadOnlyList<string> Terms { get; }

    /// <summary>
    /// The set of some defined terms, the values of (0008,0005). Spellings that leave no doubt are known (<c>ISO-IR 100</c>, <c>UTF8</c>); a term that is not known is
    /// passed over, so that the rest can be read.
    /// </summary>
    public static SpecificCharacterSet Of(IReadOnlyList<string> terms)
    {
        var known = terms.Select(Normal).ToList();
        var first = known.Count == 0 ? "" : known[0];
        if (Whole(first) is { } whole)
            return new SpecificCharacterSet(terms, whole, CodeElement.Ascii, null, []);
        var left = first == "ISO_IR 13" ? CodeElement.Romaji : CodeElement.Ascii;
        var right = Array.Find(CodeElement.All, e => e.Term == first && !e.IsLeft) ?? Element("ISO_IR 100");
        return new SpecificCharacterSet(terms, null, left, right, [.. CodeElement.All.Where(e => known.Contains(e.Term) && e.Term != "ISO_IR 6")]);
    }

    /// <summary>The values of an element's bytes, without padding.</summary>
    /// <param name="bytes">The value's bytes.</param>
    /// <param name="vr">A VR of text.</param>
    public IReadOnlyList<string> Values(ReadOnlySpan<byte> bytes, DicomVr vr)
    {
        var values = new List<string>();
        if (!vr.UsesCharacterSet)
            Split(Encoding.Latin1.GetString(bytes), vr, values);
        else if (_whole is not null)
            Split(_whole.GetString(bytes), vr, values);
        else
            Switch(bytes, vr, values);
        return [.. values.Select(v => Trim(v, vr))];
    }

    /// <summary>The bytes of some values, padded to an even length.</summary>
    /// <exception cref="ArgumentException">The VR is no text, or the set cannot write it; the message does not hold it.</exception>
    public byte[] Bytes(IReadOnlyList<string> values, DicomVr vr)
    {
        if (!vr.IsText)
            throw new ArgumentException($"{vr} is no text.", nameof(vr));
        if (values.Count > 1 && !vr.HasSeveralValues)
            throw new ArgumentException($"{vr} has one value.", nameof(values));
        var to = new ArrayBufferWriter<byte>();
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0)
                to.Write("\\"u8);
            Write(values[i], vr, to);
        }

        if (to.WrittenCount % 2 == 1)
            to.Write([vr.Padding]);
        return to.WrittenSpan.ToArray();
    }

    private void Write(string value, DicomVr vr, ArrayBufferWriter<byte> to)
    {
        if (vr.HasSeveralValues && value.Contains('\\'))
            throw new ArgumentException($"A backslash separates the values of {vr}.", nameof(value));
        if (IsAscii(value))
            to.Write(Encoding.ASCII.GetBytes(value));
        else if (!vr.UsesCharacterSet)
            throw Unwritable(vr);
        else if (_whole is not null)
            to.Write(TryWhole(value) ?? throw Unwritable(vr));
        else
            WriteSwitching(value, vr, to);
    }

    private byte[]? TryWhole(string value)
    {
        try
        {
            return _whole!.GetBytes(value);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Runs of one set each; what begins anew at a delimiter is switched to again behind it.</summary>
    private void WriteSwitching(string value, DicomVr vr, ArrayBufferWriter<byte> to)
    {
        var (left, right) = (_left, _right);
        for (var at = 0; at < value.Length;)
        {
            if (value[at] < 128)
            {
                if (left.IsPairs)
                    Escape(left = _left, to);
                to.Write([(byte)value[at]]);
                if (IsDelimiter((byte)value[at], vr))
                    right = _right;
                at++;
                continue;
            }

            var end = at;
            while (end < value.Length && value[end] >= 128)
                end++;
            var run = value[at..end];
            at = end;
            if (_right is not null && ReferenceEquals(right, _right) && _right.TryEncode(run) is { } plain)
            {
                to.Write(plain);
                continue;
            }

            var (set, bytes) = _extensions.Select(e => (e, Bytes: e.TryEncode(run))).FirstOrDefault(e => e.Bytes is not null);
            if (bytes is null)
                throw Unwritable(vr);
            if (!ReferenceEquals(set, left) && !ReferenceEquals(set, right))
                Escape(set, to);
            if (set.IsLeft)
                left = set;
            else
                right = set;
            to.Write(bytes);
        }

        if (left.IsPairs)
            Escape(_left, to);
    }

    private static void Escape(CodeElement to, ArrayBufferWriter<byte> bytes)
    {
        bytes.Write([Esc]);
        bytes.Write(Encoding.ASCII.GetBytes(to.Escape));
    }

    /// <summary>Reads text with escape sequences; delimiters bring back the sets of the beginning (PS3.5 section 6.1.2.5.3).</summary>
    private void Switch(ReadOnlySpan<byte> bytes, DicomVr vr, List<string> values)
    {
        var (left, right) = (_left, _right);
        var text = new StringBuilder();
        for (var at = 0; at < bytes.Length;)
        {
            if (bytes[at] == Esc && Find(bytes[(at + 1)..]) is { } next)
            {
                if (next.IsLeft)
                    left = next;
                else
                    right = next;
                at += 1 + next.Escape.Length;
                continue;
            }

            if (bytes[at] < 128 && !left.IsPairs)
            {
                var character = bytes[at++];
                if (IsDelimiter(character, vr))
                    (left, right) = (_left, _right);
                if (character == '\\' && vr.HasSeveralValues)
                {
                    values.Add(text.ToString());
                    text.Clear();
                }
                else
                    text.Append((char)character);
                continue;
            }

            var isLeft = bytes[at] < 128;
            var end = at;
            while (end < bytes.Length && bytes[end] < 128 == isLeft && bytes[end] != Esc)
                end++;
            text.Append(isLeft ? left.Decode(bytes[at..end]) : right?.Decode(bytes[at..end]) ?? Encoding.Latin1.GetString(bytes[at..end]));
            at = end;
        }

        values.Add(text.ToString());
    }

    private static CodeElement? Find(ReadOnlySpan<byte> escape)
    {
        foreach (var element in CodeElement.All)
        {
            if (escape.Length >= element.Escape.Length && Encoding.ASCII.GetString(escape[..element.Escape.Length]) == element.Escape)
                return element;
        }

        return null;
    }

    private static bool IsDelimiter(byte character, DicomVr vr) =>
        character is (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r'
        || (character == '\\' && vr.HasSeveralValues)
        || (vr == DicomVr.PN && character is (byte)'^' or (byte)'=');

    private static void Split(string text, DicomVr vr, List<string> values)
    {
        if (vr.HasSeveralValues)
            values.AddRange(text.Split('\\'));
        else
            values.Add(text);
    }

    /// <summary>Without what carries no meaning at its ends (PS3.5 section 6.2).</summary>
    private static string Trim(string value, DicomVr vr)
    {
        var text = value.TrimEnd(' ', '\0');
        return vr.ToString() is "LT" or "ST" or "UT" or "UC" or "UR" ? text : text.TrimStart(' ');
    }

    private static bool IsAscii(string value) => value.All(c => c is < (char)128 and not (char)Esc);

    private static CodeElement Element(string term) => CodeElement.All.First(e => e.Term == term && !e.IsLeft);

    private static Encoding? Whole(string term) => term switch
    {
        "ISO_IR 192" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false),
        "GB18030" => Page(54936),
        "GBK" => Page(936),
        _ => null,
    };

    private static Encoding Page(int page) =>
        CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\uFFFD"))!;

    /// <summary>A term in the standard's spelling, without the mark of code extensions where the set itself is the same.</summary>
    private static string Normal(string term)
    {
        var plain = term.Trim().ToUpperInvariant().Replace('-', '_').Replace("ISO IR", "ISO_IR", StringComparison.Ordinal).Replace("ISO_IR_", "ISO_IR ", StringComparison.Ordinal);
        plain = plain switch { "UTF8" or "UTF_8" => "ISO_IR 192", "GB_18030" => "GB18030", "" => "ISO_IR 6", _ => plain };
        var number = plain.StartsWith("ISO 2022 IR ", StringComparison.Ordinal) || plain.StartsWith("ISO_2022_IR_", StringComparison.Ordinal) ? plain[12..] : null;
        return number switch
        {
            null => plain,
            "87" or "159" or "149" or "58" => $"ISO 2022 IR {number}",
            _ => $"ISO_IR {number}",
        };
    }

    private static ArgumentException Unwritable(DicomVr vr) => new($"The data set's character set cannot write a text of {vr}.", nameof(vr));
}
