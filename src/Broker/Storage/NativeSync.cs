using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.Broker.Storage;

/// <summary>
/// The sync calls that .NET does not offer: fdatasync (.NET's flush is the slower fsync), fsync of a folder, and the
/// start of a write-out. On systems other than Linux .NET's flush is used, and folders are not synced.
/// </summary>
internal static partial class NativeSync
{
    private const int ReadOnlyDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC on x86-64
    private const int ReadOnlyDirectoryArm = 0x4000 | 0x80000;
    private const uint SyncFileRangeWrite = 2;
    private const int Interrupted = 4;

    /// <summary>Makes a file's bytes and length durable.</summary>
    /// <exception cref="IOException">The device refused; nothing is known about what was written since the last sync.</exception>
    public static void Data(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FDataSync(file) != 0)
            ThrowUnlessInterrupted("fdatasync");
    }

    /// <summary>Asks the kernel to begin writing a file's dirty pages; a hint, so its failure is the later sync's to report.</summary>
    public static void StartWriteOut(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncFileRange(file, 0, 0, SyncFileRangeWrite);
    }

    /// <summary>Makes the names in a folder durable.</summary>
    /// <exception cref="IOException">The folder is not there or the device refused.</exception>
    public static void Directory(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var flags = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm
            ? ReadOnlyDirectoryArm
            : ReadOnlyDirectory;
        using var folder = OpenFolder(path, flags);
        if (folder.IsInvalid)
            throw new IOException($"The folder {path} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        while (FSync(folder) != 0)
            ThrowUnlessInterrupted("fsync");
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
            throw new IOException($"{call} failed (errno {error}).");
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long bytes, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFolder(string path, int flags);
}
