using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// A key-encryption key: no object is encrypted with it; the keys of objects and of their names are derived from it (HKDF, RFC 5869). Immutable; safe for
/// concurrent use. Its bytes are in no text that it makes.
/// </summary>
public sealed class ArchiveKey
{
    private const int Length = 32;
    private const int MaxIdLength = 32;
    private readonly byte[] _key;
    private readonly byte[] _nameKey;

    /// <summary>A key.</summary>
    /// <param name="id">What names it in the files: 1 to 32 letters, digits, dots, underscores or hyphens. A name stands for the same key for ever.</param>
    /// <param name="key">32 bytes, from a good random source.</param>
    /// <exception cref="ArgumentException">The name or the length is none of that.</exception>
    public ArchiveKey(string id, ReadOnlySpan<byte> key)
    {
        if (id.Length is 0 or > MaxIdLength || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            throw new ArgumentException("A key's name has 1 to 32 letters, digits, dots, underscores or hyphens.", nameof(id));
        if (key.Length != Length)
            throw new ArgumentException($"The key {id} has {key.Length} bytes; it must have {Length}.", nameof(key));
        (Id, _key) = (id, key.ToArray());
        _nameKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Length, info: "MedStreams archive names 1"u8.ToArray());
    }

    /// <summary>What names it.</summary>
    public string Id { get; }

    /// <summary>Reads a key from where it is kept.</summary>
    /// <param name="id">What names it.</param>
    /// <param name="reference"><c>file:PATH</c> or <c>env:NAME</c>: there its 32 bytes stand as base64 or as 64 hexadecimal digits.</param>
    /// <exception cref="ArgumentException">The reference is none, nothing is there, or it is no key; the text does not hold what is there.</exception>
    public static ArchiveKey FromReference(string id, string reference)
    {
        var text = Read(id, reference)?.Trim();
        if (string.IsNullOrEmpty(text))
            throw new ArgumentException($"There is no key {id} where its reference points.", nameof(reference));
        var key = new byte[Length];
        try
        {
            if (text.Length == Length * 2 && text.All(char.IsAsciiHexDigit))
                return new ArchiveKey(id, Convert.FromHexString(text));
            if (Convert.TryFromBase64String(text, key, out var written) && written == Length)
                return new ArchiveKey(id, key);
            throw new ArgumentException($"The key {id} is neither 32 bytes as base64 nor 64 hexadecimal digits.", nameof(reference));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Its name alone.</summary>
    public override string ToString() => Id;

    /// <summary>The key of one object.</summary>
    /// <param name="salt">The object's own random bytes.</param>
    /// <param name="header">The beginning of its file: each bit of it changes the key.</param>
    /// <param name="original">The SHA-256 of the original: a file under another's name has another key.</param>
    /// <param name="key">32 bytes, filled.</param>
    internal void DeriveObjectKey(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> header, ReadOnlySpan<byte> original, Span<byte> key)
    {
        Span<byte> info = stackalloc byte[256];
        var purpose = "MedStreams archive object 1"u8;
        purpose.CopyTo(info);
        header.CopyTo(info[purpose.Length..]);
        original.CopyTo(info[(purpose.Length + header.Length)..]);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, key, salt, info[..(purpose.Length + header.Length + original.Length)]);
    }

    /// <summary>The name of a file with this content: the same for the same content and key, and telling nothing of it without the key.</summary>
    internal string NameOf(ReadOnlySpan<byte> sha256) => Convert.ToHexStringLower(HMACSHA256.HashData(_nameKey, sha256));

    private static string? Read(string id, string reference)
    {
        try
        {
            return reference switch
            {
                _ when reference.StartsWith("env:", StringComparison.Ordinal) => Environment.GetEnvironmentVariable(reference[4..]),
                _ when reference.StartsWith("file:", StringComparison.Ordinal) => File.ReadAllText(reference[5..], Encoding.UTF8),
                _ => throw new ArgumentException($"The reference of the key {id} must be file:PATH or env:NAME.", nameof(reference)),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"The file of the key {id} cannot be read: {e.GetType().Name}.", nameof(reference), e);
        }
    }
}
