using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace MedStreams.Broker.Security;

/// <summary>
/// Writes the subject of a certificate as Java and so Kafka do (RFC 2253): last part first, parts joined by commas without
/// spaces, attributes without a short name there as number and hexadecimal value.
/// </summary>
internal static class DistinguishedName
{
    private const string Escaped = ",=+<>#;\"\\";

    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "STREET",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    /// <summary>Writes a name from its DER form.</summary>
    /// <exception cref="AsnContentException">The bytes are no name.</exception>
    public static string Write(ReadOnlyMemory<byte> der)
    {
        var parts = new List<string>();
        var name = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        while (name.HasData)
        {
            var attributes = new List<string>();
            var part = name.ReadSetOf(skipSortOrderValidation: true);
            while (part.HasData)
                attributes.Add(Attribute(part.ReadSequence()));
            parts.Insert(0, string.Join('+', attributes));
        }

        return string.Join(',', parts);
    }

    private static string Attribute(AsnReader attribute)
    {
        var type = attribute.ReadObjectIdentifier();
        var tag = attribute.PeekTag();
        var encoded = attribute.PeekEncodedValue();
        return Keywords.TryGetValue(type, out var keyword) && Text(tag, attribute) is { } text
            ? $"{keyword}={Escape(text)}"
            : $"{keyword ?? type}=#{Convert.ToHexStringLower(encoded.Span)}";
    }

    /// <summary>The text of a value; null where it is of a type without text.</summary>
    private static string? Text(Asn1Tag tag, AsnReader value) => (UniversalTagNumber)tag.TagValue switch
    {
        UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.T61String
            or UniversalTagNumber.IA5String or UniversalTagNumber.GeneralString
            when tag.TagClass == TagClass.Universal => Encoding.UTF8.GetString(value.PeekContentBytes().Span),
        UniversalTagNumber.BMPString when tag.TagClass == TagClass.Universal =>
            Encoding.BigEndianUnicode.GetString(value.PeekContentBytes().Span),
        _ => null,
    };

    private static string Escape(string text)
    {
        var first = text.Length - text.TrimStart(' ', '\r').Length;
        var last = text.TrimEnd(' ', '\r').Length;
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\00");
                continue;
            }

            if (Escaped.Contains(text[i], StringComparison.Ordinal) || i < first || i >= last)
                escaped.Append('\\');
            escaped.Append(text[i]);
        }

        return escaped.ToString();
    }
}
