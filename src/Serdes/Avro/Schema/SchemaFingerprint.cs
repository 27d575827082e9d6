using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Serialization.Avro;

/// <summary>Fingerprints of schemas: hashes over the UTF-8 bytes of the canonical form.</summary>
public static class SchemaFingerprint
{
    private const ulong Empty = 0xC15D213AA4D7A795;
    private static readonly ulong[] Table = MakeTable();

    /// <summary>CRC-64-AVRO, as the specification defines it for single-object encoding.</summary>
    public static ulong Crc64(string canonicalForm)
    {
        var print = Empty;
        foreach (var next in Encoding.UTF8.GetBytes(canonicalForm))
            print = (print >> 8) ^ Table[(int)(print ^ next) & 0xFF];
        return print;
    }

    /// <summary>SHA-256, 32 bytes.</summary>
    public static byte[] Sha256(string canonicalForm) => SHA256.HashData(Encoding.UTF8.GetBytes(canonicalForm));

    /// <summary>MD5, 16 bytes: a name for a schema, no protection against forgery.</summary>
#pragma warning disable CA5351 // the specification's own fingerprint; nothing is secured with it
    public static byte[] Md5(string canonicalForm) => MD5.HashData(Encoding.UTF8.GetBytes(canonicalForm));
#pragma warning restore CA5351

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var print = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
                print = (print >> 1) ^ (Empty & (0 - (print & 1)));
            table[i] = print;
        }

        return table;
    }
}
