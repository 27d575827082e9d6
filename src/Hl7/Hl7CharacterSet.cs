using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;

namespace MedStreams.Hl7;

/// <summary>
/// Character sets as MSH-18 names them (HL7 table 0211) and as senders misspell them, and the decoding of a message's
/// bytes by them.
/// </summary>
public static class Hl7CharacterSet
{
    private const int CharacterSetField = 18;

    /// <summary>U+FEFF in UTF-8; passed over in front of a message of any set.</summary>
    internal static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Longer than any name, punctuation included.</summary>
    private const int LongestName = 64;

    /// <summary>By name in capitals, without blanks and punctuation.</summary>
    private static readonly FrozenDictionary<string, Encoding>.AlternateLookup<ReadOnlySpan<char>> Known =
        Table().ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>By code page, the sets that throw instead of replacing what does not fit.</summary>
    private static readonly ConcurrentDictionary<int, Encoding> StrictOnes = new();

    /// <summary>
    /// The encoding of that name; null where it is not known. Case, blanks and punctuation do not matter:
    /// <c>UNICODE UTF-8</c>, <c>utf8</c>; <c>8859/1</c>, <c>ISO8859-1</c>; <c>GB 18030-2000</c>, <c>GB18030</c>.
    /// </summary>
    public static Encoding? Find(ReadOnlySpan<char> name)
    {
        if (name.Length > LongestName)
            return null;
        Span<char> plain = stackalloc char[LongestName];
        var length = 0;
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
                plain[length++] = char.ToUpperInvariant(c);
        }

        return Known.TryGetValue(plain[..length], out var encoding) ? encoding : null;
    }

    /// <summary>
    /// Decodes a message: in the set that MSH-18 names, else in <paramref name="otherwise"/>. Bytes that do not fit
    /// it are tried as UTF-8, then taken as ISO 8859-1, which loses none of them; in a set of several bytes for a
    /// character, only those that fit nothing become U+FFFD.
    /// </summary>
    internal static Hl7Fault Decode(ReadOnlySpan<byte> bytes, Encoding otherwise, out string text, out Decoding decoding)
    {
        text = string.Empty;
        if (bytes.StartsWith(ByteOrderMark))
        {
            var rest = Decode(bytes[ByteOrderMark.Length..], otherwise, out text, out decoding);
            text = "\uFEFF" + text;
            return rest with { Position = rest.Position + ByteOrderMark.Length };
        }

        var name = Declared(bytes, out var position);
        var encoding = name.Length == 0 ? otherwise : Find(name);
        decoding = new(encoding ?? Encoding.ASCII, true);
        if (encoding is null && bytes.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0)
            return new(Hl7Error.CharacterSet, position);
        if (TryDecode(bytes, decoding.Encoding, out text))
            return default;
        if (TryDecode(bytes, Encoding.UTF8, out text))
        {
            decoding = new(Encoding.UTF8, false);
            return default;
        }

        decoding = decoding.Encoding.IsSingleByte || decoding.Encoding.CodePage == Encoding.UTF8.CodePage
            ? new(Encoding.Latin1, false)
            : decoding with { Fits = false };
        text = decoding.Encoding.IsSingleByte ? Encoding.Latin1.GetString(bytes) : ByLine(bytes, decoding.Encoding);
        return default;
    }

    /// <summary>The set that the header declares, or that of <paramref name="otherwise"/> where it names none.</summary>
    internal static Encoding? Of(Hl7Segment header, Encoding otherwise) =>
        header[CharacterSetField][1].Raw.Span.Trim() is { IsEmpty: false } name ? Find(name) : otherwise;

    /// <summary>The bytes of a text that came out of <see cref="Decode"/>, or of an edit of it.</summary>
    /// <exception cref="Hl7Exception">The set has no code for a character.</exception>
    internal static byte[] Encode(ReadOnlySpan<char> text, Encoding encoding) =>
        TryEncode(text, Strict(encoding))
        ?? throw new Hl7Exception($"The message holds a character that its character set ({encoding.WebName}) has no code for.");

    /// <summary>The bytes; null where there is a character without a code, which the exception would name, being content.</summary>
    private static byte[]? TryEncode(ReadOnlySpan<char> text, Encoding strict)
    {
        try
        {
            var bytes = new byte[strict.GetByteCount(text)];
            strict.GetBytes(text, bytes);
            return bytes;
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, Encoding encoding, out string text)
    {
        try
        {
            text = Strict(encoding).GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = string.Empty;
            return false;
        }
    }

    /// <summary>Line by line, so that half a character at a segment's end does not take the end with it.</summary>
    private static string ByLine(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            text.Append(encoding.GetString(line));
            if (end >= 0)
                text.Append((char)bytes[end]);
            bytes = bytes[(end < 0 ? bytes.Length : end + 1)..];
        }

        return text.ToString();
    }

    /// <summary>MSH-18, first repetition; empty where there is none or the header cannot be read.</summary>
    private static string Declared(ReadOnlySpan<byte> bytes, out int position)
    {
        position = 0;
        var start = bytes.IndexOf("MSH"u8);
        if (start < 0)
            return string.Empty;
        var line = bytes[start..];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        var header = Encoding.Latin1.GetString(end < 0 ? line : line[..end]);
        if (!Hl7Delimiters.TryRead(header, out var delimiters, out _))
            return string.Empty;
        var segment = new Hl7Segment(header.AsMemory(), delimiters);
        var name = segment[CharacterSetField][1].Raw;
        position = start + segment.Offset(CharacterSetField);
        return name.Span.Trim().ToString();
    }

    private static Encoding Strict(Encoding encoding) => StrictOnes.GetOrAdd(
        encoding.CodePage,
        static (_, lenient) =>
        {
            var strict = (Encoding)lenient.Clone();
            strict.EncoderFallback = EncoderFallback.ExceptionFallback;
            strict.DecoderFallback = DecoderFallback.ExceptionFallback;
            return strict;
        },
        encoding);

    private static Dictionary<string, Encoding> Table()
    {
        var table = new Dictionary<string, Encoding>(StringComparer.Ordinal)
        {
            // Bytes beyond ASCII come under this name too, mostly as ISO 8859-1.
            ["ASCII"] = Encoding.Latin1,
            ["ISOIR6"] = Encoding.Latin1,
            ["UNICODE"] = Encoding.UTF8,
            ["UNICODEUTF8"] = Encoding.UTF8,
            ["UTF8"] = Encoding.UTF8,
            ["ISOIR192"] = Encoding.UTF8,
        };
        foreach (var part in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15 })
        {
            foreach (var prefix in new[] { "8859", "ISO8859", "ISOIEC8859" })
                table[$"{prefix}{part}"] = part == 1 ? Encoding.Latin1 : CodePage($"iso-8859-{part}");
        }

        foreach (var (name, set) in new[]
                 {
                     ("ISOIR100", "iso-8859-1"), ("ISOIR101", "iso-8859-2"), ("ISOIR144", "iso-8859-5"), ("ISOIR127", "iso-8859-6"),
                     ("ISOIR126", "iso-8859-7"), ("ISOIR138", "iso-8859-8"), ("ISOIR148", "iso-8859-9"), ("GB180302000", "gb18030"),
                     ("GB18030", "gb18030"), ("GBK", "gb18030"), ("GB2312", "gb18030"), ("BIG5", "big5"), ("KSX1001", "ks_c_5601-1987"),
                     ("CNS116431992", "x-Chinese-CNS"), ("ISOIR14", "shift_jis"), ("SHIFTJIS", "shift_jis"), ("WINDOWS1252", "windows-1252"),
                 })
            table[name] = name == "ISOIR100" ? Encoding.Latin1 : CodePage(set);
        return table;
    }

    private static Encoding CodePage(string name) =>
        CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

    /// <summary>How a message's bytes were read.</summary>
    /// <param name="Encoding">The set that gave the text.</param>
    /// <param name="Fits">Whether it is the declared one and all bytes fit it.</param>
    internal readonly record struct Decoding(Encoding Encoding, bool Fits);
}
