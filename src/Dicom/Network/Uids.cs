namespace MedStreams.Dicom.Network;

/// <summary>Identifiers of services (PS3.6 Annex A).</summary>
public static class Uids
{
    /// <summary>The DICOM application context (PS3.7 section A.2.1).</summary>
    public const string ApplicationContext = "1.2.840.10008.3.1.1.1";

    /// <summary>Verification: C-ECHO.</summary>
    public const string Verification = "1.2.840.10008.1.1";

    /// <summary>Study Root Query/Retrieve: C-FIND.</summary>
    public const string StudyRootFind = "1.2.840.10008.5.1.4.1.2.2.1";

    /// <summary>Study Root Query/Retrieve: C-MOVE.</summary>
    public const string StudyRootMove = "1.2.840.10008.5.1.4.1.2.2.2";

    /// <summary>Study Root Query/Retrieve: C-GET.</summary>
    public const string StudyRootGet = "1.2.840.10008.5.1.4.1.2.2.3";

    /// <summary>Storage Commitment, push model.</summary>
    public const string StorageCommitment = "1.2.840.10008.1.20.1";

    /// <summary>The one instance of Storage Commitment, push model.</summary>
    public const string StorageCommitmentInstance = "1.2.840.10008.1.20.1.1";

    /// <summary>Whether a class is one of storage: those of the standard are below one arc, with few exceptions beside it.</summary>
    public static bool IsStorageClass(string uid) =>
        (uid.StartsWith("1.2.840.10008.5.1.4.1.1.", StringComparison.Ordinal) && uid.Length > 24)
        || uid is "1.2.840.10008.5.1.4.34.7" or "1.2.840.10008.5.1.4.34.10" // beam and treatment delivery instructions
        or "1.2.840.10008.5.1.4.43.1" or "1.2.840.10008.5.1.4.44.1" or "1.2.840.10008.5.1.4.45.1"; // implant templates

    /// <summary>A new identifier under the root 2.25 (PS3.5 section B.2), for transactions.</summary>
    public static string New() =>
        "2.25." + new System.Numerics.BigInteger(Guid.NewGuid().ToByteArray(bigEndian: true), isUnsigned: true, isBigEndian: true).ToString();
}
