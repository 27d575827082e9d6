namespace MedStreams.Dicom;

/// <summary>A value representation (PS3.5 section 6.2): what the bytes of a value mean. Those that are not known by name are carried as they came.</summary>
public readonly record struct DicomVr
{
    private readonly ushort _letters;

    private DicomVr(byte first, byte second) => _letters = (ushort)((first << 8) | second);

    /// <summary>Application entity: text of the basic repertoire, blanks around it mean nothing.</summary>
    public static DicomVr AE { get; } = Of("AE");

    /// <summary>Age: <c>018M</c>.</summary>
    public static DicomVr AS { get; } = Of("AS");

    /// <summary>Tags.</summary>
    public static DicomVr AT { get; } = Of("AT");

    /// <summary>Code: capitals, digits, blank, underscore.</summary>
    public static DicomVr CS { get; } = Of("CS");

    /// <summary>Date: <c>YYYYMMDD</c>.</summary>
    public static DicomVr DA { get; } = Of("DA");

    /// <summary>Decimal number as text.</summary>
    public static DicomVr DS { get; } = Of("DS");

    /// <summary>Date and time, with an offset from UTC if wanted.</summary>
    public static DicomVr DT { get; } = Of("DT");

    /// <summary>IEEE 754, 64 bits.</summary>
    public static DicomVr FD { get; } = Of("FD");

    /// <summary>IEEE 754, 32 bits.</summary>
    public static DicomVr FL { get; } = Of("FL");

    /// <summary>Integer as text.</summary>
    public static DicomVr IS { get; } = Of("IS");

    /// <summary>Long text of one line.</summary>
    public static DicomVr LO { get; } = Of("LO");

    /// <summary>Long text, one value.</summary>
    public static DicomVr LT { get; } = Of("LT");

    /// <summary>Bytes.</summary>
    public static DicomVr OB { get; } = Of("OB");

    /// <summary>Words of 16 bits.</summary>
    public static DicomVr OW { get; } = Of("OW");

    /// <summary>A person's name: components by <c>^</c>, groups by <c>=</c>.</summary>
    public static DicomVr PN { get; } = Of("PN");

    /// <summary>Short text of one line.</summary>
    public static DicomVr SH { get; } = Of("SH");

    /// <summary>Signed integer of 32 bits.</summary>
    public static DicomVr SL { get; } = Of("SL");

    /// <summary>A sequence of items.</summary>
    public static DicomVr SQ { get; } = Of("SQ");

    /// <summary>Signed integer of 16 bits.</summary>
    public static DicomVr SS { get; } = Of("SS");

    /// <summary>Short text, one value.</summary>
    public static DicomVr ST { get; } = Of("ST");

    /// <summary>Time: <c>HHMMSS.FFFFFF</c>.</summary>
    public static DicomVr TM { get; } = Of("TM");

    /// <summary>Text of any length.</summary>
    public static DicomVr UC { get; } = Of("UC");

    /// <summary>Unique identifier.</summary>
    public static DicomVr UI { get; } = Of("UI");

    /// <summary>Unsigned integer of 32 bits.</summary>
    public static DicomVr UL { get; } = Of("UL");

    /// <summary>Bytes of which nobody on the way knew the meaning (PS3.5 section 6.2.2).</summary>
    public static DicomVr UN { get; } = Of("UN");

    /// <summary>URI, one value.</summary>
    public static DicomVr UR { get; } = Of("UR");

    /// <summary>Unsigned integer of 16 bits.</summary>
    public static DicomVr US { get; } = Of("US");

    /// <summary>Text of any length, one value.</summary>
    public static DicomVr UT { get; } = Of("UT");

    /// <summary>Whether its length has 32 bits behind two reserved bytes where VRs are written (PS3.5 section 7.1.2); so have those yet to come.</summary>
    public bool HasLongLength => ToString() is not ("AE" or "AS" or "AT" or "CS" or "DA" or "DS" or "DT" or "FL" or "FD" or "IS" or "LO" or "LT" or "PN" or "SH"
        or "SL" or "SS" or "ST" or "TM" or "UI" or "UL" or "US");

    /// <summary>Whether its values are text.</summary>
    public bool IsText => ToString() is "AE" or "AS" or "CS" or "DA" or "DS" or "DT" or "IS" or "TM" or "UI" or "UR" || UsesCharacterSet;

    /// <summary>Whether Specific Character Set (0008,0005) says how its text is written.</summary>
    public bool UsesCharacterSet => ToString() is "LO" or "LT" or "PN" or "SH" or "ST" or "UC" or "UT";

    /// <summary>Whether a backslash separates values.</summary>
    public bool HasSeveralValues => !(ToString() is "LT" or "ST" or "UT" or "UR");

    /// <summary>What fills a value up to an even length.</summary>
    public byte Padding => IsText && this != UI ? (byte)' ' : (byte)0;

    /// <summary>The VR of a tag of the standard (PS3.6), as far as it is used here; UN where it is not.</summary>
    public static DicomVr Of(DicomTag tag) => Dictionary.VrOf(tag);

    /// <summary>The VR of two letters; null where it is none: capitals only (PS3.5 section 6.2).</summary>
    public static DicomVr? Of(byte first, byte second) =>
        char.IsAsciiLetterUpper((char)first) && char.IsAsciiLetterUpper((char)second) ? new DicomVr(first, second) : null;

    /// <summary>The VR of two letters.</summary>
    /// <exception cref="ArgumentException">They are not two capitals.</exception>
    public static DicomVr Of(string letters) =>
        letters.Length == 2 && Of((byte)letters[0], (byte)letters[1]) is { } vr ? vr : throw new ArgumentException($"'{letters}' is no value representation.", nameof(letters));

    /// <summary>Its two letters.</summary>
    public override string ToString() => string.Create(2, _letters, static (text, letters) => (text[0], text[1]) = ((char)(letters >> 8), (char)(letters & 0xFF)));
}
