namespace MedStreams.Dicom.Pacs.Verifying;

/// <summary>What counts as equal, and as complete. The default is the strictest.</summary>
public sealed record VerificationRules
{
    /// <summary>The default: byte for byte, and nothing more than expected.</summary>
    public static VerificationRules Strict { get; } = new();

    /// <summary>When two objects are equal. Default: byte for byte.</summary>
    public ObjectEquality Equality { get; init; }

    /// <summary>
    /// Whether a study is complete although the target holds more of it, as where examinations go on in the new PACS while the old one is moved. Default: not; more is an
    /// error.
    /// </summary>
    public bool AllowsExtra { get; init; }
}

/// <summary>When two objects are equal.</summary>
public enum ObjectEquality
{
    /// <summary>Their data sets are, byte for byte.</summary>
    Bytes,

    /// <summary>
    /// What their data sets say is: <see cref="ContentDigest"/>. For targets that write data sets anew, as DCMTK and Orthanc do when they receive them: sequences of undefined
    /// length get one, group lengths are counted anew, values are padded.
    /// </summary>
    Content,
}
