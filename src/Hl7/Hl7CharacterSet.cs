using System.Text;

namespace MedStreams.Hl7;

/// <summary>Character sets as MSH-18 names them (HL7 table 0211), and the decoding of a message's bytes.</summary>
internal static class Hl7CharacterSet
{
    private const int CharacterSetField = 18;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    /// <summary>The encoding of that name; null where it is not known.</summary>
    public static Encoding? Find(ReadOnlySpan<char> name) => name switch
    {
        "UNICODE UTF-8" or "UTF-8" or "UTF8" => Encoding.UTF8,
        "ASCII" => Encoding.Latin1,
        "8859/1" => Encoding.Latin1,
        "8859/2" or "8859/3" or "8859/4" or "8859/5" or "8859/6" or "8859/7" or "8859/8" or "8859/9" or "8859/15" =>
            CodePage($"iso-8859-{name[5..]}"),
        "GB 18030-2000" or "GB18030" or "GBK" or "GB2312" => CodePage("gb18030"),
        "BIG-5" => CodePage("big5"),
        "KS X 1001" => CodePage("ks_c_5601-1987"),
        _ => null,
    };

    /// <summary>
    /// Decodes a message. Without MSH-18 the bytes are UTF-8; bytes that are not, though nothing else is named, are
    /// taken as ISO 8859-1, which loses none of them.
    /// </summary>
    public static Hl7Error Decode(ReadOnlySpan<byte> bytes, out string text)
    {
        text = string.Empty;
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        var name = Declared(bytes);
        var encoding = name.Length == 0 ? Encoding.UTF8 : Find(name);
        if (encoding is null)
            return Hl7Error.CharacterSet;
        if (!ReferenceEquals(encoding, Encoding.UTF8))
        {
            text = encoding.GetString(bytes);
            return Hl7Error.None;
        }

        try
        {
            text = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            text = Encoding.Latin1.GetString(bytes);
        }

        return Hl7Error.None;
    }

    /// <summary>MSH-18, first repetition; empty where there is none or the header cannot be read.</summary>
    private static string Declared(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.IndexOf("MSH"u8);
        if (start < 0)
            return string.Empty;
        var line = bytes[start..];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        var header = Encoding.Latin1.GetString(end < 0 ? line : line[..end]);
        return Hl7Delimiters.TryRead(header, out var delimiters)
            ? new Hl7Segment(header.AsMemory(), delimiters)[CharacterSetField][1].Raw.Span.Trim().ToString()
            : string.Empty;
    }

    private static Encoding? CodePage(string name) => CodePagesEncodingProvider.Instance.GetEncoding(name);
}
