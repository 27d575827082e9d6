using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Dicom.Wrapping;

/// <summary>UIDs that follow from what they name: the same each time. Of the root 2.25 with a UUID (PS3.5 section B.2) that is made of a hash (RFC 9562 section 5.8).</summary>
internal static class DerivedUid
{
    /// <summary>The UID of some parts, in their order.</summary>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)), hash);
        var uuid = hash[..16];
        uuid[6] = (byte)((uuid[6] & 0x0F) | 0x80); // version 8: of the maker's own design
        uuid[8] = (byte)((uuid[8] & 0x3F) | 0x80);
        return "2.25." + new BigInteger(uuid, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);
    }
}
