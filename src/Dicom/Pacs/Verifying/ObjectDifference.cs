namespace MedStreams.Dicom.Pacs.Verifying;

/// <summary>How an object in a PACS is not what it should be.</summary>
/// <param name="Id">Which: the SOP Instance UID, or a document's name, as the PACS under test has it.</param>
/// <param name="Kind">How.</param>
/// <param name="Expected">What should be there; null where nothing should, or only the name is known.</param>
/// <param name="Held">What is there, as far as it was looked at; null where nothing is.</param>
public sealed record ObjectDifference(string Id, DifferenceKind Kind, ObjectDigest? Expected = null, HeldObject? Held = null);

/// <summary>Kinds of differences.</summary>
public enum DifferenceKind
{
    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It is there, and nobody expects it.</summary>
    Extra,

    /// <summary>It has another size.</summary>
    Size,

    /// <summary>It has other content.</summary>
    Digest,

    /// <summary>It says the same, and is written otherwise: <see cref="ContentDigest"/>. Told where <see cref="VerificationRules.Equality"/> is by bytes.</summary>
    Recoded,

    /// <summary>It is there, but the PACS did not show it as closely as was asked.</summary>
    Unverified,
}
