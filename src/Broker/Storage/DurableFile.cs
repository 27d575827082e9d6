namespace MedStreams.Broker.Storage;

/// <summary>Replaces and reads small files so that a crash leaves either the old content or the new, whole.</summary>
internal static class DurableFile
{
    private const string Unfinished = ".tmp";

    /// <summary>Writes beside the file, syncs, renames over it, and syncs the folder.</summary>
    public static void Replace(IFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        var unfinished = path + Unfinished;
        using (var file = files.Open(unfinished))
        {
            file.Truncate(0);
            file.Write(0, content);
            file.SyncData();
        }

        files.Rename(unfinished, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The content, or null when there is no such file.</summary>
    public static byte[]? Read(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
            return null;
        using var file = files.OpenToRead(path);
        var content = new byte[file.Length];
        var read = file.Read(0, content);
        return read == content.Length ? content : content[..read];
    }

    /// <summary>Whether a file's name is that of a replacement that a crash interrupted.</summary>
    public static bool IsUnfinished(string name) => name.EndsWith(Unfinished, StringComparison.Ordinal);
}
