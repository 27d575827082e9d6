using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// The beginning of a sealed file: <c>MSSEAL</c>, format 1, compression, chunk size as a power of two, length of the key's name, the name, 32 random bytes
/// (docs/archive.md).
/// </summary>
/// <param name="Compression">How the original was compressed before it was encrypted.</param>
/// <param name="KeyId">Which key-encryption key.</param>
/// <param name="Salt">32 random bytes.</param>
internal sealed record SealHeader(ArchiveCompression Compression, string KeyId, byte[] Salt)
{
    public const int ChunkLength = 1 << ChunkPower;
    public const int TagLength = 16;
    private const int ChunkPower = 16;
    private const int SaltLength = 32;
    private const int FixedLength = 10;
    private const byte Format = 1;

    /// <summary>How many bytes it has.</summary>
    public int Length => FixedLength + KeyId.Length + SaltLength;

    private static ReadOnlySpan<byte> Magic => "MSSEAL"u8;

    public static SealHeader New(ArchiveCompression compression, ArchiveKey key) =>
        new(compression, key.Id, RandomNumberGenerator.GetBytes(SaltLength));

    public byte[] ToBytes() => [.. Magic, Format, (byte)Compression, ChunkPower, (byte)KeyId.Length, .. Encoding.ASCII.GetBytes(KeyId), .. Salt];

    /// <summary>Reads it.</summary>
    /// <exception cref="ArchiveDamageException">It is none.</exception>
    public static async ValueTask<SealHeader> ReadAsync(Stream from, CancellationToken cancellationToken)
    {
        var start = new byte[FixedLength];
        await ReadWholeAsync(from, start, 0, cancellationToken);
        if (!start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new ArchiveDamageException("it does not begin as a sealed file does", 0);
        if (start[6] != Format || start[7] > (byte)ArchiveCompression.Brotli || start[8] != ChunkPower || start[9] is 0 or > 32)
            throw new ArchiveDamageException("its header has values that this version does not write", 6);
        var rest = new byte[start[9] + SaltLength];
        await ReadWholeAsync(from, rest, FixedLength, cancellationToken);
        return new SealHeader((ArchiveCompression)start[7], Encoding.ASCII.GetString(rest, 0, start[9]), rest[start[9]..]);
    }

    /// <summary>The nonce of a chunk: its number, and whether it is the last. The key is the object's own, so no nonce comes twice under one key.</summary>
    public static void Nonce(Span<byte> nonce, uint chunk, bool isLast)
    {
        nonce.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(nonce[7..], chunk);
        nonce[11] = isLast ? (byte)1 : (byte)0;
    }

    /// <summary>The cipher of the object.</summary>
    public AesGcm Cipher(ArchiveKey key, ReadOnlySpan<byte> original)
    {
        Span<byte> derived = stackalloc byte[32];
        key.DeriveObjectKey(Salt, ToBytes(), original, derived);
        var cipher = new AesGcm(derived, TagLength);
        CryptographicOperations.ZeroMemory(derived);
        return cipher;
    }

    private static async ValueTask ReadWholeAsync(Stream from, byte[] to, long position, CancellationToken cancellationToken)
    {
        var read = await from.ReadAtLeastAsync(to, to.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < to.Length)
            throw new ArchiveDamageException("it ends within its header", position + read);
    }
}
