using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Topologies.Migration;

/// <summary>
/// How much of a study: objects, their bytes, and a digest over all of them that does not depend on their order, so that amounts of parts can be
/// added. Where bytes or digest are not known they are null, and so is every sum with them.
/// </summary>
/// <param name="Objects">How many, 0 and more.</param>
/// <param name="Bytes">Their bytes; null: not known.</param>
/// <param name="Digest">The sum of their digests modulo 2^256, 64 lower-case hexadecimal digits; null: not known.</param>
public readonly record struct Amount(long Objects, long? Bytes, string? Digest)
{
    private const int DigestBytes = 32;

    /// <summary>No object at all.</summary>
    public static Amount None { get; } = new(0, 0, new string('0', 2 * DigestBytes));

    /// <summary>One object.</summary>
    /// <param name="id">What names it where it is counted.</param>
    /// <param name="bytes">Its bytes; null: not known.</param>
    /// <param name="sha256">Its digest; null: not known.</param>
    public static Amount Of(string id, long? bytes, string? sha256) =>
        new(1, bytes, sha256 is null ? null : Hash($"{id}|{bytes?.ToString(CultureInfo.InvariantCulture)}|{sha256}"));

    /// <summary>Both together.</summary>
    public static Amount operator +(Amount left, Amount right) =>
        new(left.Objects + right.Objects, left.Bytes + right.Bytes, Add(left.Digest, right.Digest));

    /// <inheritdoc cref="op_Addition"/>
    public static Amount Add(Amount left, Amount right) => left + right;

    /// <summary>What this amount is against what is expected (S3.10). What one of both does not know is not compared.</summary>
    /// <param name="expected">What it should be.</param>
    public Completeness Against(Amount expected)
    {
        if (Objects > expected.Objects)
            return Completeness.More;
        if (Objects < expected.Objects)
            return Completeness.Less;
        if (Bytes is { } bytes && expected.Bytes is { } expectedBytes && bytes != expectedBytes)
            return Completeness.Different;
        return Digest is null || expected.Digest is null || Digest == expected.Digest ? Completeness.Equal : Completeness.Different;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string? Add(string? left, string? right)
    {
        if (left is null || right is null)
            return null;
        Span<byte> sum = stackalloc byte[DigestBytes];
        Span<byte> other = stackalloc byte[DigestBytes];
        Convert.FromHexString(left, sum, out _, out _);
        Convert.FromHexString(right, other, out _, out _);
        var carry = 0UL;
        for (var at = DigestBytes - sizeof(uint); at >= 0; at -= sizeof(uint))
        {
            var part = (ulong)BinaryPrimitives.ReadUInt32BigEndian(sum[at..]) + BinaryPrimitives.ReadUInt32BigEndian(other[at..]) + carry;
            BinaryPrimitives.WriteUInt32BigEndian(sum[at..], (uint)part);
            carry = part >> 32;
        }

        return Convert.ToHexStringLower(sum);
    }
}

/// <summary>What is there against what should be (S3.10).</summary>
public enum Completeness
{
    /// <summary>Exactly that: complete.</summary>
    Equal,

    /// <summary>Fewer objects: it goes on.</summary>
    Less,

    /// <summary>More objects: an error.</summary>
    More,

    /// <summary>As many objects, but others: an error.</summary>
    Different,
}
