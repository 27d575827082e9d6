using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// Takes away what crashes, roll-backs and fenced attempts have left. A file that a study or an open upload refers to is never deleted, also while others store
/// and commit: its row is locked while the file goes, and whoever wants the same content waits for that and then writes it anew.
/// </summary>
public sealed class ArchiveSweep
{
    private readonly StudyArchive _archive;
    private readonly SweepIndex _index;
    private readonly ArchiveSweepOptions _options;

    /// <summary>A sweep.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="options">How long things may lie.</param>
    public ArchiveSweep(StudyArchive archive, ArchiveSweepOptions options) => (_archive, _index, _options) = (archive, new SweepIndex(archive.Database), options);

    /// <summary>Sweeps once.</summary>
    /// <param name="cancellationToken">Ends the sweep; what was taken away by then stays so.</param>
    /// <returns>What was, or would be, taken away.</returns>
    /// <exception cref="PacsException">The index or the disk refuse.</exception>
    public async ValueTask<ArchiveSwept> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var uploads = await _index.AbandonedAsync(_options.AbandonedAfter, _options.Execute, cancellationToken);
            var unfinished = SweepUnfinished();
            var (files, bytes) = await SweepIndexedAsync(cancellationToken);
            var (strays, strayBytes) = await SweepStraysAsync(cancellationToken);
            return new ArchiveSwept(uploads, unfinished, files + strays, bytes + strayBytes);
        }
        catch (IOException e)
        {
            throw ObjectStore.DiskFailure(e);
        }
    }

    /// <summary>Files that were being written when their process died.</summary>
    private int SweepUnfinished()
    {
        var store = _archive.Store;
        var before = _archive.Options.Clock.GetUtcNow() - _options.UnfinishedAfter;
        return store.Files.Files(store.Temporary)
            .Where(name => name.EndsWith(ObjectStore.Unfinished, StringComparison.Ordinal))
            .Select(name => Path.Combine(store.Temporary, name))
            .Count(path => store.Files.IsLeftOver(path, before) && (!_options.Execute || store.Files.DeleteLeftOver(path, before)));
    }

    /// <summary>Files that the index knows and nobody refers to.</summary>
    private async ValueTask<(int Files, long Bytes)> SweepIndexedAsync(CancellationToken cancellationToken)
    {
        var (count, bytes, behind) = (0, 0L, "");
        while (await _index.UnreferencedAsync(behind, cancellationToken) is { Count: > 0 } found)
        {
            foreach (var (name, stored) in found)
            {
                behind = name;
                if (_options.Execute && !await _index.ForgetAsync(name, Delete, cancellationToken))
                    continue; // somebody refers to it since
                (count, bytes) = (count + 1, bytes + stored);
            }
        }

        return (count, bytes);
    }

    /// <summary>Files that the index does not know: a promise that its server lost in a crash, or a crash within a sweep.</summary>
    private async ValueTask<(int Files, long Bytes)> SweepStraysAsync(CancellationToken cancellationToken)
    {
        var store = _archive.Store;
        var (count, bytes) = (0, 0L);
        foreach (var outer in store.Files.Folders(store.Objects))
        {
            foreach (var inner in store.Files.Folders(Path.Combine(store.Objects, outer)))
            {
                var names = store.Files.Files(Path.Combine(store.Objects, outer, inner)).Where(ObjectFileName.IsOne).ToArray();
                foreach (var name in names.Length == 0 ? [] : await _index.UnknownAsync(names, cancellationToken))
                {
                    var length = store.Files.Length(store.PathOf(name)) ?? 0;
                    if (_options.Execute && !await _index.ForgetStrayAsync(name, Delete, cancellationToken))
                        continue;
                    (count, bytes) = (count + 1, bytes + length);
                }
            }
        }

        return (count, bytes);
    }

    private void Delete(string name)
    {
        try
        {
            _archive.Store.Files.Delete(_archive.Store.PathOf(name));
        }
        catch (IOException e)
        {
            throw ObjectStore.DiskFailure(e);
        }
    }
}

/// <summary>How long things may lie before a sweep takes them.</summary>
public sealed record ArchiveSweepOptions
{
    /// <summary>Whether anything is deleted; default not, then it is only counted.</summary>
    public bool Execute { get; init; }

    /// <summary>From when on an upload that nobody has gone on with is given up; default 7 days.</summary>
    public TimeSpan AbandonedAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>From when on an unfinished file that no process holds and nothing has changed is deleted; default 1 day.</summary>
    public TimeSpan UnfinishedAfter { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>What a sweep took away, or would.</summary>
/// <param name="Uploads">Uploads that were given up.</param>
/// <param name="Unfinished">Files that were never finished.</param>
/// <param name="Files">Object files that nobody refers to.</param>
/// <param name="Bytes">Of those: their bytes on the disk.</param>
public sealed record ArchiveSwept(int Uploads, int Unfinished, int Files, long Bytes);
