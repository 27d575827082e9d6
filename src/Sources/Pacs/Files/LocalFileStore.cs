using System.Globalization;
using MedStreams.Sources.Pacs.Located;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>
/// Files of local disks and mounted shares, under <c>file:</c> addresses. Only what lies in the declared folders is read: where a path leads is looked at again
/// after it was opened, so that no link that is changed at the last moment leads out. Safe for several threads.
/// </summary>
public sealed class LocalFileStore : IObjectStore
{
    private readonly string[] _roots;

    /// <summary>A store.</summary>
    /// <param name="roots">The folders that may be read, absolute; links within them may lead into any of them and nowhere else.</param>
    /// <exception cref="ArgumentException">None is given, or one is not absolute.</exception>
    public LocalFileStore(IReadOnlyList<string> roots)
    {
        if (roots.Count == 0 || !roots.All(Path.IsPathFullyQualified))
            throw new ArgumentException("At least one folder is needed, and each as an absolute path.", nameof(roots));
        _roots = [.. roots.Select(r => Path.TrimEndingDirectorySeparator(Path.GetFullPath(r)))];
    }

    /// <inheritdoc/>
    public string Name => "local disk";

    /// <inheritdoc/>
    public Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken)
    {
        var (path, length, version) = Look(location);
        if (length == 0) // and so has a pipe, which would keep us waiting
            throw new ObjectStoreException(ObjectStoreFailure.Refused, "It is empty, or no regular file.");
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
            Confine(handle, path);
            var content = new FileStream(handle, FileAccess.Read, bufferSize: 0, isAsync: true) { Position = offset };
            return Task.FromResult(new OpenedObject(content, length, version));
        }
        catch (ObjectStoreException)
        {
            handle?.Dispose();
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw Failure(e);
        }
    }

    /// <inheritdoc/>
    public Task<string?> VersionAsync(string location, CancellationToken cancellationToken) => Task.FromResult<string?>(Look(location).Version);

    private (string Path, long Length, string Version) Look(string location)
    {
        if (!FileLocation.TryParse(location, out var path) || !Array.Exists(_roots, r => RealPath.IsWithin(path, r)))
            throw Outside();
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null && RealPath.Of(path) is { } real)
                file = new FileInfo(real);
            if (!file.Exists)
                throw Absent(path);
            var length = file.Length;
            return (path, length, string.Create(CultureInfo.InvariantCulture, $"{length}-{file.LastWriteTimeUtc.Ticks}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    /// <summary>A share that is not mounted leaves an empty folder: then it is not the file that is missing.</summary>
    private ObjectStoreException Absent(string path)
    {
        var root = Array.Find(_roots, r => RealPath.IsWithin(path, r))!;
        return Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any()
            ? new ObjectStoreException(ObjectStoreFailure.NotThere, "There is no such file.")
            : new ObjectStoreException(ObjectStoreFailure.Unavailable, "A declared folder is missing or empty: is the share mounted?");
    }

    private void Confine(SafeFileHandle handle, string path)
    {
        var opened = OperatingSystem.IsLinux()
            ? new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}")).LinkTarget
            : RealPath.Of(path);
        if (opened is null || !Array.Exists(_roots, r => RealPath.IsWithin(opened, RealPath.Of(r) ?? r)))
            throw Outside();
    }

    private static ObjectStoreException Outside() =>
        new(ObjectStoreFailure.Refused, "Its address leads out of the declared folders, or is no file's. Declare the folder if it is to be read.");

    private static ObjectStoreException Failure(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => new ObjectStoreException(ObjectStoreFailure.NotThere, "There is no such file."),
        UnauthorizedAccessException => new ObjectStoreException(ObjectStoreFailure.Refused, "The operating system does not let it be read."),
        _ => new ObjectStoreException(ObjectStoreFailure.Interrupted, "The disk or the share failed.", e),
    };
}
