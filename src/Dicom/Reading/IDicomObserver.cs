namespace MedStreams.Dicom.Reading;

/// <summary>The beginning of a data element as it is written.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="Vr">Its VR: the one that is written, else the one that is known of the tag, else UN.</param>
/// <param name="Length">Its length as it is written; null where it is undefined.</param>
/// <param name="IsExplicit">Whether the VR is written.</param>
public readonly record struct ElementHeader(DicomTag Tag, DicomVr Vr, uint? Length, bool IsExplicit);

/// <summary>Told what a data set holds, in its order. Spans are valid during the call only.</summary>
public interface IDicomObserver
{
    /// <summary>An element with its whole value.</summary>
    void OnElement(in ElementHeader header, ReadOnlySpan<byte> value);

    /// <summary>A value begins that is too long to be held: pieces follow.</summary>
    void OnValueBegin(in ElementHeader header);

    /// <summary>A piece of a long value or of a fragment.</summary>
    void OnPiece(ReadOnlySpan<byte> piece);

    /// <summary>The long value is whole.</summary>
    void OnValueEnd();

    /// <summary>A sequence begins.</summary>
    void OnSequenceBegin(in ElementHeader header);

    /// <summary>An item of a sequence begins.</summary>
    /// <param name="length">Its length; null where it is undefined.</param>
    void OnItemBegin(uint? length);

    /// <summary>The item is whole.</summary>
    void OnItemEnd();

    /// <summary>The sequence is whole.</summary>
    void OnSequenceEnd();

    /// <summary>Encapsulated pixel data begin (PS3.5 section A.4); the first fragment is the offset table, which may be empty.</summary>
    void OnFragmentsBegin(in ElementHeader header);

    /// <summary>A fragment begins: pieces follow.</summary>
    void OnFragmentBegin(uint length);

    /// <summary>The fragment is whole.</summary>
    void OnFragmentEnd();

    /// <summary>The encapsulated pixel data are whole.</summary>
    void OnFragmentsEnd();
}
