using System.Text;

namespace MedStreams.Dicom.Text;

/// <summary>A coded character set that escape sequences switch to (PS3.3 section C.12.1.1.2, ISO 2022).</summary>
/// <param name="Term">The defined term, without code extensions for the single-byte ones.</param>
/// <param name="Escape">What stands behind ESC.</param>
/// <param name="CodePage">The code page that knows its characters.</param>
/// <param name="IsLeft">Whether it takes the place of ASCII (G0) and not that of the bytes from 128 on (G1).</param>
/// <param name="Form">How its bytes become those of the code page.</param>
internal sealed record CodeElement(string Term, string Escape, int CodePage, bool IsLeft = false, CodeForm Form = CodeForm.AsIs)
{
    public static readonly CodeElement Ascii = new("ISO_IR 6", "(B", 20127, IsLeft: true);
    public static readonly CodeElement Romaji = new("ISO_IR 13", "(J", 20127, IsLeft: true);

    /// <summary>All that DICOM knows. Latin-1's code page stands for each set of the same form.</summary>
    public static readonly CodeElement[] All =
    [
        Ascii,
        Romaji,
        new("ISO_IR 13", ")I", 932),
        new("ISO_IR 100", "-A", 28591),
        new("ISO_IR 101", "-B", 28592),
        new("ISO_IR 109", "-C", 28593),
        new("ISO_IR 110", "-D", 28594),
        new("ISO_IR 126", "-F", 28597),
        new("ISO_IR 127", "-G", 28596),
        new("ISO_IR 138", "-H", 28598),
        new("ISO_IR 144", "-L", 28595),
        new("ISO_IR 148", "-M", 28599),
        new("ISO_IR 166", "-T", 874),
        new("ISO_IR 203", "-b", 28605),
        new("ISO 2022 IR 87", "$B", 20932, IsLeft: true, CodeForm.HighHigh),
        new("ISO 2022 IR 159", "$(D", 20932, IsLeft: true, CodeForm.HighLow),
        new("ISO 2022 IR 149", "$)C", 949),
        new("ISO 2022 IR 58", "$)A", 936),
    ];

    /// <summary>Whether a character takes two bytes of seven bits.</summary>
    public bool IsPairs => Form != CodeForm.AsIs;

    /// <summary>Its encoding; what it cannot write throws, what it cannot read becomes U+FFFD.</summary>
    public Encoding Encoding { get; } = CodePagesEncodingProvider.Instance.GetEncoding(CodePage, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\uFFFD"))
        ?? Encoding.GetEncoding(CodePage, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback("\uFFFD"));

    /// <summary>The text of some of its bytes.</summary>
    public string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Form == CodeForm.AsIs)
            return Encoding.GetString(bytes);
        var code = bytes.ToArray();
        for (var i = 0; i < code.Length; i++)
        {
            if (i % 2 == 0 || Form == CodeForm.HighHigh)
                code[i] |= 0x80;
        }

        return Encoding.GetString(code);
    }

    /// <summary>The bytes of a text; null where it has another character.</summary>
    public byte[]? TryEncode(string text)
    {
        try
        {
            var code = Encoding.GetBytes(text);
            return Form switch
            {
                CodeForm.AsIs => Array.TrueForAll(code, b => b >= 0x80) || IsLeft ? code : null,
                CodeForm.HighHigh => Array.TrueForAll(code, b => b >= 0xA1) ? [.. code.Select(b => (byte)(b & 0x7F))] : null,
                _ => code.Where((_, i) => i % 2 == 1).All(b => b is >= 0x21 and < 0x80) ? [.. code.Select(b => (byte)(b & 0x7F))] : null,
            };
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>How bytes of a set become those of its code page.</summary>
internal enum CodeForm
{
    /// <summary>They are.</summary>
    AsIs,

    /// <summary>Pairs of seven bits, which have the eighth set there.</summary>
    HighHigh,

    /// <summary>Pairs of seven bits, the first of which has the eighth set there.</summary>
    HighLow,
}
