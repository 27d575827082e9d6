using System.Globalization;

namespace MedStreams.Dicom;

/// <summary>The tag of a data element (PS3.5 section 7.1): group and element number.</summary>
/// <param name="Group">The group; odd ones are private.</param>
/// <param name="Element">The element within the group.</param>
public readonly record struct DicomTag(ushort Group, ushort Element) : IComparable<DicomTag>
{
    /// <summary>An item of a sequence, or a fragment of encapsulated pixel data.</summary>
    internal static DicomTag Item { get; } = new(0xFFFE, 0xE000);

    /// <summary>Ends an item of undefined length.</summary>
    internal static DicomTag ItemDelimitation { get; } = new(0xFFFE, 0xE00D);

    /// <summary>Ends a sequence, or pixel data, of undefined length.</summary>
    internal static DicomTag SequenceDelimitation { get; } = new(0xFFFE, 0xE0DD);

    /// <summary>Whether the element is private (PS3.5 section 7.8).</summary>
    public bool IsPrivate => (Group & 1) == 1;

    /// <summary>Whether it tells the length of its group, which nobody needs since 2008 (PS3.5 section 7.2).</summary>
    public bool IsGroupLength => Element == 0;

    private uint Number => ((uint)Group << 16) | Element;

    /// <summary>Whether one tag stands before another in a data set.</summary>
    public static bool operator <(DicomTag left, DicomTag right) => left.Number < right.Number;

    /// <summary>Whether one tag stands behind another in a data set.</summary>
    public static bool operator >(DicomTag left, DicomTag right) => left.Number > right.Number;

    /// <summary>Whether one tag stands before another in a data set, or is the same.</summary>
    public static bool operator <=(DicomTag left, DicomTag right) => left.Number <= right.Number;

    /// <summary>Whether one tag stands behind another in a data set, or is the same.</summary>
    public static bool operator >=(DicomTag left, DicomTag right) => left.Number >= right.Number;

    /// <summary>Reads <c>0008,0018</c>, <c>(0008,0018)</c> or <c>00080018</c>, hexadecimal.</summary>
    public static bool TryParse(string text, out DicomTag tag)
    {
        var plain = text.Trim('(', ')').Replace(",", "", StringComparison.Ordinal);
        var isTag = uint.TryParse(plain, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && plain.Length == 8;
        tag = new DicomTag((ushort)(number >> 16), (ushort)number);
        return isTag;
    }

    /// <inheritdoc/>
    public int CompareTo(DicomTag other) => Number.CompareTo(other.Number);

    /// <summary>As <c>(0008,0018)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Group:X4},{Element:X4})");
}
