using System.IO.Compression;
using System.Security.Cryptography;
using MedStreams.Dicom;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// An object on its way into its file: hashed, compressed and encrypted as it is written. Disposing deletes the file unless it was published. Not thread-safe.
/// </summary>
internal sealed class ObjectWriter : WriteOnlyStream
{
    private readonly IArchiveFiles _files;
    private readonly Outlet _file;
    private readonly ArchiveCompression _compression;
    private readonly ArchiveKey? _key;
    private readonly SealingStream? _sealing;
    private readonly Stream _top;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isClosed;

    private ObjectWriter(IArchiveFiles files, Outlet file, string path, ArchiveCompression compression, ArchiveKey? key, SealingStream? sealing)
    {
        (_files, _file, Path, _compression, _key, _sealing) = (files, file, path, compression, key, sealing);
        var below = (Stream?)sealing ?? file;
        _top = compression switch
        {
            ArchiveCompression.ZLib => new ZLibStream(below, CompressionLevel.Fastest, leaveOpen: true),
            ArchiveCompression.Brotli => new BrotliStream(below, CompressionLevel.Fastest, leaveOpen: true),
            _ => below,
        };
    }

    /// <summary>Where it lies until it is published.</summary>
    public string Path { get; }

    /// <summary>Its name, once finished.</summary>
    public string Name { get; private set; } = "";

    /// <summary>How many bytes were written to it.</summary>
    public long PlainBytes { get; private set; }

    /// <summary>How many bytes its file has, once finished.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Whether the file has its name: then it stays.</summary>
    public bool IsPublished { get; set; }

    public static async ValueTask<ObjectWriter> BeginAsync(
        IArchiveFiles files,
        Stream file,
        string path,
        ArchiveCompression compression,
        ArchiveKey? key,
        ReadOnlyMemory<byte> original,
        CancellationToken cancellationToken)
    {
        var outlet = new Outlet(file);
        if (key is null)
            return new ObjectWriter(files, outlet, path, compression, key, null);
        var header = SealHeader.New(compression, key);
        await outlet.WriteAsync(header.ToBytes(), cancellationToken);
        return new ObjectWriter(files, outlet, path, compression, key, new SealingStream(outlet, header.Cipher(key, original.Span)));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hash.AppendData(buffer.Span);
        PlainBytes += buffer.Length;
        await _top.WriteAsync(buffer, cancellationToken);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.AppendData(buffer);
        PlainBytes += buffer.Length;
        _top.Write(buffer);
    }

    /// <summary>Writes the end and makes the file durable, still under its temporary name.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_compression != ArchiveCompression.None)
            await _top.DisposeAsync();
        if (_sealing is not null)
            await _sealing.FinishAsync(cancellationToken);
        _files.Sync(_file.File);
        StoredBytes = _file.Written;
        Name = ObjectFileName.Of(_hash.GetHashAndReset(), _compression, _key);
        await CloseAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (!IsPublished)
            _files.Delete(Path);
        await base.DisposeAsync();
    }

    private async ValueTask CloseAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _hash.Dispose();
        _file.IsShut = true; // of one that is given up, the compression writes its end to nowhere
        if (_compression != ArchiveCompression.None)
            await _top.DisposeAsync();
        _sealing?.Dispose();
        await _file.File.DisposeAsync();
    }

    /// <summary>Hands on to the file and counts, until it is shut.</summary>
    private sealed class Outlet(Stream file) : WriteOnlyStream
    {
        public Stream File => file;

        public long Written { get; private set; }

        public bool IsShut { get; set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (IsShut)
                return;
            await file.WriteAsync(buffer, cancellationToken);
            Written += buffer.Length;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (IsShut)
                return;
            file.Write(buffer);
            Written += buffer.Length;
        }
    }
}
