namespace MedStreams.Dicom;

/// <summary>How a data set is written (PS3.5 section 10 and Annex A).</summary>
/// <param name="Uid">Its identifier.</param>
/// <param name="IsExplicit">Whether VRs are written.</param>
/// <param name="IsBigEndian">Whether the most significant byte comes first.</param>
/// <param name="IsEncapsulated">Whether pixel data are in fragments, compressed or not.</param>
/// <param name="IsDeflated">Whether the data set is deflated as a whole (RFC 1951).</param>
public sealed record TransferSyntax(string Uid, bool IsExplicit = true, bool IsBigEndian = false, bool IsEncapsulated = false, bool IsDeflated = false)
{
    /// <summary>The one that everybody has to know.</summary>
    public static TransferSyntax ImplicitLittleEndian { get; } = new("1.2.840.10008.1.2", IsExplicit: false);

    /// <summary>Pixel data as they are, VRs written.</summary>
    public static TransferSyntax ExplicitLittleEndian { get; } = new("1.2.840.10008.1.2.1");

    /// <summary>The same, deflated as a whole.</summary>
    public static TransferSyntax DeflatedExplicitLittleEndian { get; } = new("1.2.840.10008.1.2.1.99", IsDeflated: true);

    /// <summary>Retired, and still met.</summary>
    public static TransferSyntax ExplicitBigEndian { get; } = new("1.2.840.10008.1.2.2", IsBigEndian: true);

    /// <summary>
    /// The syntax of an identifier. All others of the standard, and those yet to come, are explicit, little endian, with pixel data in fragments (PS3.5
    /// section A.4).
    /// </summary>
    public static TransferSyntax Of(string uid) => uid switch
    {
        "1.2.840.10008.1.2" => ImplicitLittleEndian,
        "1.2.840.10008.1.2.1" => ExplicitLittleEndian,
        "1.2.840.10008.1.2.1.99" => DeflatedExplicitLittleEndian,
        "1.2.840.10008.1.2.2" => ExplicitBigEndian,
        _ => new TransferSyntax(uid, IsEncapsulated: true),
    };

    /// <inheritdoc/>
    public override string ToString() => Uid;
}
