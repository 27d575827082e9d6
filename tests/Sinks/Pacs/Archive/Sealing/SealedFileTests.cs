using System.Security.Cryptography;
using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive.Sealing;

/// <summary>Sealed files without an index: whatever is done to one is noticed.</summary>
public sealed class SealedFileTests : IDisposable
{
    private const int Chunk = 65_536 + 16;
    private static readonly ArchiveKey Key = new("k1", Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "medstreams-seal-" + Path.GetRandomFileName());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_072)]
    [InlineData(500_000)]
    public async Task What_was_sealed_comes_back_at_every_length(int length)
    {
        foreach (var compression in Enum.GetValues<ArchiveCompression>())
        {
            var content = Content(length, seed: 1);
            var name = await WriteAsync(Store(Key), content, compression);
            Assert.Equal(content, await ReadAsync(Store(Key), name, content));
        }
    }

    [Fact]
    public async Task The_format_is_the_documented_one()
    {
        var content = Content(70_000, seed: 2);
        var store = Store(Key);
        var name = await WriteAsync(store, content, ArchiveCompression.None);
        var file = await File.ReadAllBytesAsync(store.PathOf(name), Stop);
        Assert.Equal([.. "MSSEAL"u8, 1, 0, 16, 2, .. "k1"u8], file[..12]);
        Assert.Equal(12 + 32 + 70_000 + (2 * 16), file.Length);
        // Opened with the base library alone, as docs/archive.md says.
        byte[] info = [.. "MedStreams archive object 1"u8, .. file[..44], .. SHA256.HashData(content)];
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), 32, file[12..44], info);
        using var cipher = new AesGcm(key, 16);
        var plain = new byte[70_000];
        cipher.Decrypt([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], file.AsSpan(44, 65_536), file.AsSpan(44 + 65_536, 16), plain.AsSpan(0, 65_536));
        cipher.Decrypt([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], file.AsSpan(44 + Chunk, 70_000 - 65_536), file.AsSpan(^16..), plain.AsSpan(65_536));
        Assert.Equal(content, plain);
    }

    [Fact]
    public async Task Cut_longer_reordered_doubled_and_exchanged_files_are_noticed_with_the_place()
    {
        var content = Content(3 * 65_536, seed: 3);
        var store = Store(Key);
        var name = await WriteAsync(store, content, ArchiveCompression.None);
        var path = store.PathOf(name);
        var whole = await File.ReadAllBytesAsync(path, Stop);
        var other = await File.ReadAllBytesAsync(store.PathOf(await WriteAsync(store, Content(3 * 65_536, seed: 4), ArchiveCompression.None)), Stop);
        const int Start = 44;
        var damages = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["nothing"] = [],
            ["half a header"] = whole[..20],
            ["header alone"] = whole[..Start],
            ["cut within a tag"] = whole[..^1],
            ["cut at a chunk's end"] = whole[..(Start + (2 * Chunk))],
            ["one chunk left out"] = [.. whole[..Start], .. whole[(Start + Chunk)..]],
            ["two chunks exchanged"] = [.. whole[..Start], .. whole[(Start + Chunk)..(Start + (2 * Chunk))], .. whole[Start..(Start + Chunk)], .. whole[(Start + (2 * Chunk))..]],
            ["last chunk twice"] = [.. whole, .. whole[^Chunk..]],
            ["a byte behind the end"] = [.. whole, 0],
            ["another file"] = other,
            ["a chunk of another file"] = [.. whole[..Start], .. other[Start..(Start + Chunk)], .. whole[(Start + Chunk)..]],
            ["another salt"] = [.. whole[..12], .. other[12..Start], .. whole[Start..]],
            ["another format"] = [.. whole[..6], 2, .. whole[7..]],
            ["another compression"] = [.. whole[..7], 1, .. whole[8..]],
        };
        foreach (var (what, bytes) in damages)
        {
            await File.WriteAllBytesAsync(path, bytes, Stop);
            var error = await Assert.ThrowsAsync<ArchiveDamageException>(() => ReadAsync(Store(Key), name, content));
            Assert.True(error.Message.Contains("byte ", StringComparison.Ordinal), what);
        }
    }

    [Fact]
    public async Task Every_flipped_bit_of_a_small_file_is_noticed()
    {
        var content = Content(40, seed: 5);
        var store = Store(Key);
        var name = await WriteAsync(store, content, ArchiveCompression.None);
        var whole = await File.ReadAllBytesAsync(store.PathOf(name), Stop);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = whole.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(store.PathOf(name), flipped, Stop);
            var error = await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(Store(Key), name, content));
            Assert.True(error is ArchiveDamageException or PacsException { Failure: PacsFailure.Refused }, $"bit {bit}: {error.GetType().Name}");
        }
    }

    [Fact]
    public async Task Keys_are_rotated_and_a_missing_one_is_named()
    {
        var content = Content(1_000, seed: 6);
        var name = await WriteAsync(Store(Key), content, ArchiveCompression.Brotli);
        var next = new ArchiveKey("k2", RandomNumberGenerator.GetBytes(32));
        var rotated = new ObjectStore(new PhysicalArchiveFiles(), _folder, new ArchiveKeyRing([Key, next], "k2"));
        Assert.Equal(content, await ReadAsync(rotated, name, content));
        var again = await WriteAsync(rotated, content, ArchiveCompression.Brotli);
        Assert.NotEqual(name, again);
        Assert.True(rotated.IsNameOf(name, SHA256.HashData(content)) && rotated.IsNameOf(again, SHA256.HashData(content)));
        var error = await Assert.ThrowsAsync<PacsException>(() => ReadAsync(Store(next), name, content));
        Assert.Contains("encrypted with the key k1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_content_has_the_same_name_and_other_bytes_and_the_name_tells_nothing()
    {
        var content = Content(100, seed: 7);
        var store = Store(Key);
        var name = await WriteAsync(store, content, ArchiveCompression.None);
        var first = await File.ReadAllBytesAsync(store.PathOf(name), Stop);
        Assert.Equal(name, await WriteAsync(store, content, ArchiveCompression.None));
        Assert.NotEqual(first, await File.ReadAllBytesAsync(store.PathOf(name), Stop));
        Assert.DoesNotContain(Convert.ToHexStringLower(SHA256.HashData(content)), name, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_comes_from_a_file_or_a_variable_and_nothing_tells_it()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "key");
        foreach (var text in new[] { Convert.ToBase64String(secret) + "\n", Convert.ToHexString(secret) })
        {
            File.WriteAllText(path, text);
            Assert.Equal(new ArchiveKey("x", secret).NameOf(new byte[32]), ArchiveKey.FromReference("x", "file:" + path).NameOf(new byte[32]));
        }

        File.WriteAllText(path, "too short");
        foreach (var reference in new[] { "file:" + path, "file:/nowhere", "env:MEDSTREAMS_NO_SUCH_KEY", "hunter2", "" })
        {
            var error = Assert.Throws<ArgumentException>(() => ArchiveKey.FromReference("x", reference));
            Assert.DoesNotContain("too short", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => new ArchiveKey("../x", secret));
        Assert.Throws<ArgumentException>(() => new ArchiveKeyRing([Key, Key], null));
        Assert.Throws<ArgumentException>(() => new ArchiveKeyRing([Key], "k2"));
    }

    private static byte[] Content(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content.AsSpan(0, length / 2));
        return content;
    }

    private ObjectStore Store(ArchiveKey key) => new(new PhysicalArchiveFiles(), _folder, new ArchiveKeyRing([key], key.Id));

    private static async Task<string> WriteAsync(ObjectStore store, byte[] content, ArchiveCompression compression)
    {
        await using var writer = await store.CreateAsync(compression, SHA256.HashData(content), Stop);
        for (var at = 0; at < content.Length; at += 50_000)
            await writer.WriteAsync(content.AsMemory(at, Math.Min(50_000, content.Length - at)), Stop);
        await writer.FinishAsync(Stop);
        store.Publish(writer);
        return writer.Name;
    }

    private static async Task<byte[]> ReadAsync(ObjectStore store, string name, byte[] original)
    {
        await using var stream = await store.OpenReadAsync(name, SHA256.HashData(original), Stop);
        using var to = new MemoryStream();
        await stream.CopyToAsync(to, Stop);
        return to.ToArray();
    }
}
