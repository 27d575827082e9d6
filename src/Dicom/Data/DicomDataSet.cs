using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MedStreams.Dicom.Text;

namespace MedStreams.Dicom;

/// <summary>
/// A data set (PS3.5 section 7): elements in the order in which they were read, which is that of their tags in all that is well formed. Not thread-safe while it
/// is changed.
/// </summary>
public sealed class DicomDataSet
{
    private readonly List<DicomElement> _elements = [];
    private readonly Dictionary<DicomTag, DicomElement> _byTag = [];
    private readonly DicomDataSet? _parent;
    private SpecificCharacterSet? _characterSet;

    /// <summary>An empty data set.</summary>
    /// <param name="isBigEndian">The byte order of its numbers.</param>
    public DicomDataSet(bool isBigEndian = false)
        : this(null, isBigEndian)
    {
    }

    internal DicomDataSet(DicomDataSet? parent, bool isBigEndian) => (_parent, IsBigEndian) = (parent, isBigEndian);

    /// <summary>The byte order of its numbers.</summary>
    public bool IsBigEndian { get; }

    /// <summary>The elements.</summary>
    public IReadOnlyList<DicomElement> Elements => _elements;

    /// <summary>How text is taken where (0008,0005) is missing, here and in the items: a setting of the source, since old archives leave it out.</summary>
    public SpecificCharacterSet? AssumedCharacterSet { get; set; }

    /// <summary>How text is written here: (0008,0005) of this data set, else that of the one around it, else what is assumed, else ASCII.</summary>
    public SpecificCharacterSet CharacterSet
    {
        get
        {
            if (_characterSet is not null)
                return _characterSet;
            if (_byTag.TryGetValue(Tags.SpecificCharacterSet, out var element) && element.Value.Length > 0)
                return _characterSet = SpecificCharacterSet.Of(SpecificCharacterSet.Ascii.Values(element.Value.Span, DicomVr.CS));
            return _parent?.CharacterSet ?? AssumedCharacterSet ?? SpecificCharacterSet.Ascii;
        }
    }

    /// <summary>The element of a tag; of several, which is against the standard, the last.</summary>
    public bool TryGet(DicomTag tag, [NotNullWhen(true)] out DicomElement? element) => _byTag.TryGetValue(tag, out element);

    /// <summary>Whether there is an element of this tag.</summary>
    public bool Contains(DicomTag tag) => _byTag.ContainsKey(tag);

    /// <summary>The first value as text, without its padding; null where there is none, it is empty, or it is no text.</summary>
    public string? Text(DicomTag tag) => Texts(tag) is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>
    /// The values as text, decoded before they are split, since in some character sets a byte of a letter is a backslash; without padding. Empty where
    /// there are none.
    /// </summary>
    public IReadOnlyList<string> Texts(DicomTag tag) =>
        _byTag.TryGetValue(tag, out var element) && (element.Vr.IsText || element.Vr == DicomVr.UN) && element.Value.Length > 0
            ? CharacterSet.Values(element.Value.Span, element.Vr == DicomVr.UN ? Dictionary.VrOf(tag) : element.Vr)
            : [];

    /// <summary>The first value as an integer, from binary VRs and from IS; null where there is none.</summary>
    public long? Integer(DicomTag tag)
    {
        if (!_byTag.TryGetValue(tag, out var element))
            return null;
        if (element.Vr == DicomVr.IS)
            return long.TryParse(Text(tag), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        var value = element.Value.Span;
        return (element.Vr.ToString(), value.Length) switch
        {
            ("US", >= 2) => IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(value) : BinaryPrimitives.ReadUInt16LittleEndian(value),
            ("SS", >= 2) => IsBigEndian ? BinaryPrimitives.ReadInt16BigEndian(value) : BinaryPrimitives.ReadInt16LittleEndian(value),
            ("UL", >= 4) => IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(value) : BinaryPrimitives.ReadUInt32LittleEndian(value),
            ("SL", >= 4) => IsBigEndian ? BinaryPrimitives.ReadInt32BigEndian(value) : BinaryPrimitives.ReadInt32LittleEndian(value),
            _ => null,
        };
    }

    /// <summary>Puts an element in its place; one of the same tag goes. Group lengths that are not true any more go too.</summary>
    public void Set(DicomElement element)
    {
        Remove(element.Tag);
        var at = _elements.FindIndex(e => e.Tag > element.Tag);
        _elements.Insert(at < 0 ? _elements.Count : at, element);
        _byTag[element.Tag] = element;
        Changed(element.Tag);
    }

    /// <summary>Puts text in its place, in this data set's character set and padded to an even length.</summary>
    /// <exception cref="ArgumentException">The VR is no text, or the character set cannot write it; the message does not hold it.</exception>
    public void Set(DicomTag tag, DicomVr vr, params IReadOnlyList<string> values) =>
        Set(DicomElement.Of(tag, vr, CharacterSet.Bytes(values, vr)));

    /// <summary>Takes an element out; answers whether it was there.</summary>
    public bool Remove(DicomTag tag)
    {
        if (!_byTag.Remove(tag))
            return false;
        _elements.RemoveAll(e => e.Tag == tag);
        Changed(tag);
        return true;
    }

    /// <summary>Puts an element behind all others, as readers do.</summary>
    internal void Append(DicomElement element)
    {
        _elements.Add(element);
        _byTag[element.Tag] = element;
        if (element.Tag == Tags.SpecificCharacterSet)
            _characterSet = null;
    }

    private void Changed(DicomTag tag)
    {
        if (tag == Tags.SpecificCharacterSet)
            _characterSet = null;
        var groupLength = new DicomTag(tag.Group, 0);
        if (!tag.IsGroupLength && _byTag.Remove(groupLength))
            _elements.RemoveAll(e => e.Tag == groupLength);
    }
}
