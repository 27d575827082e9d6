using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>The operating system's files.</summary>
internal sealed partial class PhysicalArchiveFiles : IArchiveFiles
{
    private const int ReadOnlyDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC on x86-64
    private const int ReadOnlyDirectoryArm = 0x4000 | 0x80000;
    private const int Interrupted = 4;

    public Stream Create(string path) => new FileStream(
        path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous, BufferSize = 0 });

    public void Sync(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    public void SyncFolder(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var flags = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? ReadOnlyDirectoryArm : ReadOnlyDirectory;
        using var folder = OpenFolder(path, flags);
        if (folder.IsInvalid)
            throw new IOException($"The folder {path} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        while (FSync(folder) != 0)
        {
            if (Marshal.GetLastPInvokeError() is var error && error != Interrupted)
                throw new IOException($"The names in {path} cannot be made durable (errno {error}).");
        }
    }

    public Stream OpenRead(string path) => new FileStream(
        path,
        new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous, BufferSize = 0 });

    public long? Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : null;
    }

    public void Delete(string path)
    {
        if (File.Exists(path)) // also where its folder is not there
            File.Delete(path);
    }

    public bool IsLeftOver(string path, DateTimeOffset unchangedSince) => File.Exists(path) && File.GetLastWriteTimeUtc(path) <= unchangedSince.UtcDateTime;

    public bool DeleteLeftOver(string path, DateTimeOffset unchangedSince)
    {
        if (!IsLeftOver(path, unchangedSince))
            return false;
        try
        {
            // Whoever writes holds it, and this would fail.
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                File.Delete(path);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true; // another sweep was faster
        }
        catch (IOException)
        {
            return false; // held
        }
    }

    public IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)) : [];

    public IReadOnlyList<string> Folders(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFolder(string path, int flags);
}
