namespace MedStreams.Dicom.Pacs;

/// <summary>An object on its way: its bytes in a spool file, and what they are.</summary>
/// <param name="Object">Which.</param>
/// <param name="Content">The bytes: of an instance a DICOM file (PS3.10) with meta information, of a document the document.</param>
/// <param name="Digest">The original's digest: of an instance that of its data set, of a document that of its bytes.</param>
public sealed record FetchedObject(StudyObject Object, SpooledContent Content, ObjectDigest Digest) : IAsyncDisposable
{
    /// <summary>Of an instance: its SOP class, as its bytes say.</summary>
    public string? SopClassUid { get; init; }

    /// <summary>Of an instance: how its data set is written.</summary>
    public TransferSyntax? Syntax { get; init; }

    /// <summary>Removes the spool file.</summary>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>What an object is, to the byte.</summary>
/// <param name="Sha256">
/// 64 lower-case hexadecimal digits. Of an instance over its data set as written, without the meta information, which archives write anew
/// (of a deflated one over the inflated bytes: <see cref="DicomFile.Digest"/>); of a document over its bytes.
/// </param>
/// <param name="Bytes">How many bytes were counted for it.</param>
public readonly record struct ObjectDigest(string Sha256, long Bytes)
{
    /// <summary>
    /// Of an instance: the digest of what its data set says, however it is written (<see cref="Verifying.VerificationRules"/>), 64 digits; null where nobody counted it. Two
    /// digests are equal or not whatever this is.
    /// </summary>
    public string? Content { get; init; }

    /// <inheritdoc/>
    public bool Equals(ObjectDigest other) => Bytes == other.Bytes && string.Equals(Sha256, other.Sha256, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sha256, Bytes);

    /// <summary>The digest of these 32 bytes.</summary>
    public static ObjectDigest Of(ReadOnlySpan<byte> sha256, long bytes) => new(Convert.ToHexStringLower(sha256), bytes);
}
