using System.Buffers.Text;
using System.Security.Cryptography;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Turns what names a person or a device into a pseudonym: HMAC-SHA-256 over the kind of subject, a zero byte and the
/// subject, cut to its first 16 bytes (128 bits), written as 22 characters of base64url. Equal subjects of a kind have equal
/// pseudonyms under one key; without the key nobody can find or check one. For one thread.
/// </summary>
internal sealed class Pseudonymizer
{
    /// <summary>How many bytes of the hash are kept.</summary>
    public const int Length = 16;

    private const int StackLimit = 256;

    private readonly ReadOnlyMemory<byte> _key;
    private readonly Utf8Interner _known;

    public Pseudonymizer(ReadOnlyMemory<byte> key)
    {
        _key = key;
        _known = new(4096, Hash);
    }

    /// <summary>The pseudonym; null for an empty subject.</summary>
    /// <param name="kind">What the subject is: <c>patient</c>, <c>user</c>, <c>address</c>, <c>node</c>, <c>process</c>.</param>
    /// <param name="subject">What names it, as UTF-8.</param>
    public string? Of(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> subject)
    {
        if (subject.IsEmpty)
            return null;
        var length = kind.Length + 1 + subject.Length;
        var input = length <= StackLimit ? stackalloc byte[StackLimit] : new byte[length];
        kind.CopyTo(input);
        input[kind.Length] = 0;
        subject.CopyTo(input[(kind.Length + 1)..]);
        return _known.Get(input[..length]);
    }

    private string Hash(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key.Span, input, hash);
        return Base64Url.EncodeToString(hash[..Length]);
    }
}
