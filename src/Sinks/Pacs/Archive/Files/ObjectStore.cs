using System.Collections.Concurrent;
using System.IO.Compression;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// Object files: written beside, made durable, then given their name, which is that of their content. Safe for concurrent use, also by several processes on
/// one folder.
/// </summary>
internal sealed class ObjectStore
{
    public const string Unfinished = ".tmp";

    private readonly IArchiveFiles _files;
    private readonly ArchiveKeyRing _keys;
    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private long _next;

    public ObjectStore(IArchiveFiles files, string folder, ArchiveKeyRing keys)
    {
        (_files, _keys) = (files, keys);
        var root = Path.GetFullPath(folder);
        (Objects, Temporary) = (Path.Combine(root, "objects"), Path.Combine(root, "tmp"));
    }

    /// <summary>The folder of all objects.</summary>
    public string Objects { get; }

    /// <summary>The folder of what is being written.</summary>
    public string Temporary { get; }

    /// <summary>The files below.</summary>
    public IArchiveFiles Files => _files;

    /// <summary>Where a file lies.</summary>
    /// <exception cref="PacsException">The name is none.</exception>
    public string PathOf(string name) => ObjectFileName.IsOne(name)
        ? Path.Combine(Objects, ObjectFileName.Folder(name), name)
        : throw new PacsException("The archive's index holds something that is no name of an object file: somebody has changed it.") { Failure = PacsFailure.Refused };

    /// <summary>Whether a file is there with as many bytes.</summary>
    public bool IsThere(string name, long storedBytes) => Guard(() => _files.Length(PathOf(name)) == storedBytes);

    /// <summary>A new object, to be written.</summary>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="original">The SHA-256 of the original, which an encrypted file is bound to.</param>
    /// <param name="cancellationToken">Ends the writing of the header.</param>
    public async ValueTask<ObjectWriter> CreateAsync(ArchiveCompression compression, ReadOnlyMemory<byte> original, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Temporary, $"{_writer}-{Interlocked.Increment(ref _next)}{Unfinished}");
        var file = Guard(() =>
        {
            EnsureFolder(Temporary);
            return _files.Create(path);
        });
        try
        {
            return await ObjectWriter.BeginAsync(_files, file, path, compression, _keys.Current, original, cancellationToken);
        }
        catch (Exception e)
        {
            await file.DisposeAsync();
            _files.Delete(path);
            throw e is IOException io ? DiskFailure(io) : e;
        }
    }

    /// <summary>Gives a finished object its name, durably.</summary>
    public void Publish(ObjectWriter writer) => Guard(() =>
    {
        var path = PathOf(writer.Name);
        var folder = Path.GetDirectoryName(path)!;
        EnsureFolder(folder);
        _files.Rename(writer.Path, path);
        writer.IsPublished = true;
        _files.SyncFolder(folder);
        return true;
    });

    /// <summary>An object's original bytes, decrypted and inflated as they are read.</summary>
    /// <param name="name">The file.</param>
    /// <param name="original">The SHA-256 of the original, as the index says it.</param>
    /// <param name="cancellationToken">Ends the reading of the header.</param>
    /// <exception cref="ArchiveDamageException">The file is not there, or not what was written.</exception>
    /// <exception cref="PacsException">Its key is not among the keys.</exception>
    public async ValueTask<Stream> OpenReadAsync(string name, ReadOnlyMemory<byte> original, CancellationToken cancellationToken)
    {
        Stream file;
        try
        {
            file = _files.OpenRead(PathOf(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArchiveDamageException("it is not there", e);
        }

        try
        {
            return name[name.LastIndexOf('.')..] switch
            {
                ObjectFileName.Sealed => await OpenSealedAsync(file, original, cancellationToken),
                ObjectFileName.ZLib => Inflating(file, ArchiveCompression.ZLib),
                ObjectFileName.Brotli => Inflating(file, ArchiveCompression.Brotli),
                _ => file,
            };
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether content has this name, which proves the whole file and not the data set alone.</summary>
    public bool IsNameOf(string name, ReadOnlySpan<byte> sha256)
    {
        if (!name.EndsWith(ObjectFileName.Sealed, StringComparison.Ordinal))
            return name.AsSpan(0, 64).SequenceEqual(Convert.ToHexStringLower(sha256));
        foreach (var key in _keys.All)
        {
            if (name.AsSpan(0, 64).SequenceEqual(key.NameOf(sha256)))
                return true;
        }

        return false;
    }

    /// <summary>What a failing disk means to a migration.</summary>
    public static PacsException DiskFailure(IOException error)
    {
        const int LinuxNoSpace = 28;
        const int LinuxQuota = 122;
        const int WindowsDiskFull = 0x70;
        return new PacsException(
            (error.HResult & 0xFFFF) is LinuxNoSpace or LinuxQuota or WindowsDiskFull
                ? "The archive's disk is full: make room, then the study is tried again."
                : $"The archive's disk refuses to work ({error.GetType().Name}): look at the folder of the archive and its file system.",
            error);
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (IOException e)
        {
            throw DiskFailure(e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PacsException("This process may not write the archive's folder: give it the right to.", e);
        }
    }

    private async ValueTask<Stream> OpenSealedAsync(Stream file, ReadOnlyMemory<byte> original, CancellationToken cancellationToken)
    {
        var header = await SealHeader.ReadAsync(file, cancellationToken);
        var key = _keys.Find(header.KeyId) ?? throw new PacsException(
            $"The archive has an object that is encrypted with the key {header.KeyId}, which is not among the keys.")
        { Failure = PacsFailure.Refused };
        return Inflating(new OpeningStream(file, header.Cipher(key, original.Span), header.Length), header.Compression);
    }

    private static Stream Inflating(Stream stream, ArchiveCompression compression) => compression switch
    {
        ArchiveCompression.ZLib => new ZLibStream(stream, CompressionMode.Decompress),
        ArchiveCompression.Brotli => new BrotliStream(stream, CompressionMode.Decompress),
        _ => stream,
    };

    /// <summary>Makes a folder so that it, and those above it, survive a power cut.</summary>
    private void EnsureFolder(string folder)
    {
        if (_folders.ContainsKey(folder))
            return;
        _files.CreateFolder(folder);
        for (var at = folder; at.Length >= Path.GetDirectoryName(Objects)!.Length && Path.GetDirectoryName(at) is { } above; at = above)
            _files.SyncFolder(above);
        _folders[folder] = true;
    }
}
