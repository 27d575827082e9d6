namespace MedStreams.Dicom.Wrapping;

/// <summary>As what a document is wrapped.</summary>
public enum WrappedKind
{
    /// <summary>Encapsulated PDF (PS3.3 section A.45.1).</summary>
    Pdf,

    /// <summary>Encapsulated CDA (PS3.3 section A.45.2).</summary>
    Cda,

    /// <summary>Secondary Capture Image with the JPEG as it is (PS3.3 section A.8.1).</summary>
    JpegImage,
}
