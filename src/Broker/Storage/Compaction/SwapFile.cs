using System.Buffers.Binary;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>
/// The decision that a cleaned segment takes the place of others: a small file in the partition's folder. Once it is durable
/// the exchange is carried out, if need be by the next start; before that the cleaned files are worth nothing.
/// </summary>
/// <remarks>
/// It holds a CRC-32C of all that follows, the number of segments that are replaced, and their base offsets in ascending order,
/// highest byte first. The first of them is also the cleaned segment's.
/// </remarks>
internal static class SwapFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "swap";

    /// <summary>Writes the decision; when this returns it is durable.</summary>
    /// <exception cref="IOException">It may have been written or not.</exception>
    public static void Write(IFileSystem files, string directory, IReadOnlyList<long> replaced)
    {
        var content = new byte[8 + (8 * replaced.Count)];
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(4), replaced.Count);
        for (var i = 0; i < replaced.Count; i++)
            BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(8 + (8 * i)), replaced[i]);
        BinaryPrimitives.WriteUInt32BigEndian(content, Crc32C.Compute(content.AsSpan(4)));
        DurableFile.Replace(files, PathIn(directory), content);
    }

    /// <summary>Carries out what a stop interrupted, or removes cleaned files for which no decision was made.</summary>
    /// <exception cref="IOException">Files could not be read, renamed or removed.</exception>
    public static void Finish(IFileSystem files, string directory)
    {
        if (Read(files, directory) is { } replaced)
            Exchange(files, directory, replaced);
        foreach (var file in files.Files(directory).Where(file => LogFileNames.IsCleaned(file.Name)))
            files.Delete(Path.Combine(directory, file.Name));
        Remove(files, directory);
    }

    /// <summary>Puts the cleaned files in the places of those that are replaced. It may be done again at any time.</summary>
    public static void Exchange(IFileSystem files, string directory, IReadOnlyList<long> replaced)
    {
        foreach (var baseOffset in replaced.Skip(1))
        {
            foreach (var kind in LogFileNames.SegmentKinds)
                files.Delete(Path.Combine(directory, LogFileNames.Of(baseOffset, kind)));
        }

        // The batches come last: as long as they are not in their place, the rest can be done again.
        var cleanedLog = Path.Combine(directory, LogFileNames.Of(replaced[0], LogFileNames.Log)) + LogFileNames.Cleaned;
        if (!files.FileExists(cleanedLog))
            return;
        foreach (var kind in LogFileNames.SegmentKinds.Reverse())
        {
            var path = Path.Combine(directory, LogFileNames.Of(replaced[0], kind));
            if (files.FileExists(path + LogFileNames.Cleaned))
                files.Rename(path + LogFileNames.Cleaned, path);
        }
    }

    /// <summary>Takes the decision back, durably, after it was carried out.</summary>
    public static void Remove(IFileSystem files, string directory)
    {
        if (!files.FileExists(PathIn(directory)))
            return;
        files.SyncDirectory(directory);
        files.Delete(PathIn(directory));
        files.SyncDirectory(directory);
    }

    /// <summary>Whether there is a decision.</summary>
    public static bool Exists(IFileSystem files, string directory) => files.FileExists(PathIn(directory));

    private static List<long>? Read(IFileSystem files, string directory)
    {
        if (DurableFile.Read(files, PathIn(directory)) is not { Length: >= 16 } content
            || BinaryPrimitives.ReadUInt32BigEndian(content) != Crc32C.Compute(content.AsSpan(4))
            || BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(4)) * 8L != content.Length - 8)
        {
            return null;
        }

        List<long> replaced = [];
        for (var at = 8; at < content.Length; at += 8)
            replaced.Add(BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(at)));
        return replaced;
    }

    private static string PathIn(string directory) => Path.Combine(directory, Name);
}
