using System.Buffers;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// The name of an object file: 64 hexadecimal digits and how it is written. The digits are the SHA-256 of the original file; of an encrypted one, a keyed
/// hash of that. Whatever else stands in an index is no name, so none leads out of the folder.
/// </summary>
internal static class ObjectFileName
{
    private const int DigestLength = 64;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public const string Raw = ".raw";
    public const string ZLib = ".zlib";
    public const string Brotli = ".br";
    public const string Sealed = ".sealed";

    public static bool IsOne(string name) =>
        name.Length > DigestLength
        && name.AsSpan(0, DigestLength).IndexOfAnyExcept(HexDigits) < 0
        && name[DigestLength..] is Raw or ZLib or Brotli or Sealed;

    /// <summary>The folders that it lies in, below that of all objects.</summary>
    public static string Folder(string name) => Path.Combine(name[..2], name[2..4]);

    /// <summary>The name of content.</summary>
    public static string Of(ReadOnlySpan<byte> sha256, ArchiveCompression compression, ArchiveKey? key) =>
        key is not null ? key.NameOf(sha256) + Sealed : Convert.ToHexStringLower(sha256) + Extension(compression);

    private static string Extension(ArchiveCompression compression) => compression switch
    {
        ArchiveCompression.ZLib => ZLib,
        ArchiveCompression.Brotli => Brotli,
        _ => Raw,
    };
}
