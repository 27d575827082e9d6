using MedStreams.Dicom;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

/// <summary>Real files behind a switch: each step is counted, and from a chosen one on all fail, as after a crash or on a dead disk.</summary>
internal sealed class FaultyArchiveFiles : IArchiveFiles
{
    private readonly PhysicalArchiveFiles _files = new();
    private int _steps;

    /// <summary>How many steps have been taken.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>The first step that fails, counted from 1; all behind it fail too, until <see cref="Mend"/>.</summary>
    public int FailFrom { get; set; } = int.MaxValue;

    /// <summary>What the failing steps throw.</summary>
    public Func<IOException> Error { get; set; } = () => new IOException("The disk has gone.");

    /// <summary>Whether files are lost that were renamed and whose folder was not made durable: a power cut.</summary>
    public List<string> NotDurable { get; } = [];

    public void Mend() => FailFrom = int.MaxValue;

    public Stream Create(string path)
    {
        Step();
        return new FaultyStream(this, _files.Create(path));
    }

    public void Sync(Stream file)
    {
        Step();
        _files.Sync(((FaultyStream)file).Inner);
    }

    public void Rename(string from, string to)
    {
        Step();
        _files.Rename(from, to);
        lock (NotDurable)
            NotDurable.Add(to);
    }

    public void CreateFolder(string path)
    {
        Step();
        _files.CreateFolder(path);
    }

    public void SyncFolder(string path)
    {
        Step();
        _files.SyncFolder(path);
        lock (NotDurable)
            NotDurable.RemoveAll(file => Path.GetDirectoryName(file) == path);
    }

    public Stream OpenRead(string path) => _files.OpenRead(path);

    public long? Length(string path) => _files.Length(path);

    public void Delete(string path)
    {
        if (Volatile.Read(ref _steps) < FailFrom)
            _files.Delete(path); // a dead process deletes nothing
    }

    public bool IsLeftOver(string path, DateTimeOffset unchangedSince) => _files.IsLeftOver(path, unchangedSince);

    public bool DeleteLeftOver(string path, DateTimeOffset unchangedSince) => _files.DeleteLeftOver(path, unchangedSince);

    public IEnumerable<string> Files(string folder) => _files.Files(folder);

    public IReadOnlyList<string> Folders(string folder) => _files.Folders(folder);

    private void Step()
    {
        if (Interlocked.Increment(ref _steps) >= FailFrom)
            throw Error();
    }

    private sealed class FaultyStream(FaultyArchiveFiles files, Stream inner) : WriteOnlyStream
    {
        public Stream Inner => inner;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            files.Step();
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            files.Step();
            inner.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
