using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>What tells whether a card has changed: a hash of its members in a fixed order, each with its length, so that no two cards share the bytes.</summary>
internal static class CardDigest
{
    public static string Of(Card card)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, card.Enterprise);
        Append(hash, card.Number);
        Append(hash, card.Operator);
        Append(hash, card.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        foreach (var (name, value) in card.Fields)
        {
            Append(hash, name);
            Append(hash, value);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
