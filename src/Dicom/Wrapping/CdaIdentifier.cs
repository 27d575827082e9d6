using System.Xml;

namespace MedStreams.Dicom.Wrapping;

/// <summary>The identifier of a CDA document: root and extension of the <c>id</c> below <c>ClinicalDocument</c> (CDA Release 2, section 4.2.1.4).</summary>
internal static class CdaIdentifier
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = 16 << 20,
    };

    /// <param name="beginning">The beginning of the document.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <summary>As HL7 Instance Identifier (0040,E001) wants it: a UID, and behind <c>^</c> the extension; null where the beginning of the document does not show one.</summary>
    public static string? Find(ReadOnlySpan<byte> beginning, bool isWhole)
    {
        using var reader = XmlReader.Create(new MemoryStream(beginning.ToArray()), Settings);
        try
        {
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "id", Depth: 1 } && reader.GetAttribute("root") is { Length: > 0 } root)
                    return reader.GetAttribute("extension") is { Length: > 0 } extension ? $"{root}^{extension}" : root;
                if (reader is { NodeType: XmlNodeType.Element, Depth: 0 } && reader.LocalName != "ClinicalDocument")
                    throw new WrappingException("The document is XML, and no CDA.");
            }
        }
        catch (XmlException e)
        {
            if (isWhole)
                throw NoXml(e.LineNumber, e.LinePosition); // without its message, which may hold some of the text
        }

        return null;
    }

    private static WrappingException NoXml(int line, int column) => new($"The document is no XML, at line {line}, column {column}.");
}
