using System.Threading.Channels;
using MedStreams.Dicom.Pacs;
using MedStreams.RocksDb;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>
/// One look at the whole tree: files that are new or changed are read, those that are gone leave the index, documents find their studies, and studies that have
/// changed are summed up anew. Killed in the middle, the next one goes on with what this one has read.
/// </summary>
internal sealed class TreeScan(DirectoryTreeOptions options, TreeIndex index, TreeScanProgress progress)
{
    private const int BatchLength = 256;
    private readonly TreeWalker _walker = new(options);

    /// <summary>Runs it.</summary>
    /// <exception cref="PacsException">A root is missing or empty, as when a share is not mounted; or the table of documents is wrong.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var began = options.TimeProvider.GetUtcNow();
        foreach (var root in options.Roots)
        {
            if (!Directory.Exists(root) || !Directory.EnumerateFileSystemEntries(root).Any())
                throw new PacsException("A root of the directory tree is missing or empty: is the share mounted?") { Failure = PacsFailure.Unavailable };
        }

        var classifier = new FileClassifier(options, DocumentTable.Read(options.DocumentTable));
        var scan = index.BeginScan();
        await ReadFilesAsync(classifier, scan, cancellationToken);
        var dicomDirs = Sweep(scan, cancellationToken);
        StudySummary.SumUpChanged(index, cancellationToken);
        new DocumentMatcher(index).Match(cancellationToken);
        StudySummary.SumUpChanged(index, cancellationToken);
        await NoteAsync(dicomDirs, cancellationToken);
        index.EndScan(began);
    }

    private async Task ReadFilesAsync(FileClassifier classifier, long scan, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var met = Channel.CreateBounded<MetFile>(new BoundedChannelOptions(BatchLength * 2) { SingleWriter = true });
        var readers = Enumerable.Range(0, options.Readers).Select(_ => Task.Run(() => ReadAsync(classifier, met.Reader, scan, ending.Token), ending.Token)).ToList();
        readers.Add(Task.Run(
            async () =>
            {
                try
                {
                    foreach (var file in _walker.Walk())
                        await met.Writer.WriteAsync(file, ending.Token);
                }
                finally
                {
                    met.Writer.Complete();
                }
            },
            ending.Token));
        await foreach (var done in Task.WhenEach(readers))
        {
            if (!done.IsCompletedSuccessfully)
                await ending.CancelAsync(); // the others are not to wait for one that failed
        }

        await Task.WhenAll(readers.OrderBy(r => r.IsCanceled));
    }

    private async Task ReadAsync(FileClassifier classifier, ChannelReader<MetFile> files, long scan, CancellationToken cancellationToken)
    {
        using var batch = new WriteBatch();
        await foreach (var met in files.ReadAllAsync(cancellationToken))
        {
            var before = index.File(met.Path);
            if (before is not null && before.IsOf(met.Size, met.Ticks) && !IsToBeReadAgain(before))
                batch.Put(index.Files, TreeIndex.Key(met.Path), IndexJson.Bytes(before with { Scan = scan }));
            else
            {
                var (file, exam) = await classifier.ClassifyAsync(met, scan, cancellationToken);
                Note(batch, met.Path, before, file, exam);
                progress.AddRead();
            }

            progress.AddMet();
            if (batch.Count < BatchLength)
                continue;
            index.Write(batch);
            batch.Clear();
        }

        index.Write(batch);
    }

    /// <summary>A document keeps its study until it is matched anew, so that whoever collects the study meanwhile does not miss it.</summary>
    private void Note(WriteBatch batch, string path, IndexedFile? before, IndexedFile file, ExamRecord? exam)
    {
        if (before is { Kind: IndexedKind.Document } && file.Kind == IndexedKind.Document)
            file = file with { Study = before.Study, Finding = before.Finding, Detail = before.Detail };
        if (before is not null && before with { Scan = file.Scan } == file)
            batch.Put(index.Files, TreeIndex.Key(path), IndexJson.Bytes(file));
        else
            FileChange.Put(index, batch, path, before, file, exam);
    }

    /// <summary>Rules and table may have changed since: what is no DICOM is looked at anew; it is little.</summary>
    private static bool IsToBeReadAgain(IndexedFile file) => file.Kind is IndexedKind.Document or IndexedKind.Other;

    /// <summary>Takes out what was not met, except where a folder could not be read; answers which DICOMDIRs there are.</summary>
    private List<string> Sweep(long scan, CancellationToken cancellationToken)
    {
        var dicomDirs = new List<string>();
        foreach (var (path, value) in index.Walk(index.Files))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var file = System.Text.Json.JsonSerializer.Deserialize(value, IndexJson.Default.IndexedFile)!;
            if (file.Scan != scan && !_walker.Unknown.Exists(folder => RealPath.IsWithin(path, folder)))
                index.Write(batch => FileChange.Remove(index, batch, path, file));
            else if (file.Kind == IndexedKind.DicomDir)
                dicomDirs.Add(path);
        }

        return dicomDirs;
    }

    /// <summary>Notes what belongs to no file's own entry: folders, links, and what DICOMDIRs name.</summary>
    private async Task NoteAsync(IReadOnlyList<string> dicomDirs, CancellationToken cancellationToken)
    {
        var found = _walker.Findings.Select((finding, at) => (Key: $"{at}", Finding: finding)).ToList();
        foreach (var path in dicomDirs)
            found.AddRange((await DicomDir.CheckAsync(path, cancellationToken)).Select(m => (TreeIndex.Pair(path, m.Key), m.Finding)));

        index.Write(batch =>
        {
            batch.DeleteRange(index.Findings, TreeIndex.Key("tree\0"), TreeIndex.Key("tree\u0001"));
            foreach (var (key, finding) in found)
                batch.Put(index.Findings, TreeIndex.Key(TreeIndex.Pair("tree", key)), IndexJson.Bytes(finding));
        });
    }
}

/// <summary>How far a scan has come. Safe for several threads.</summary>
public sealed class TreeScanProgress
{
    private long _met;
    private long _read;

    /// <summary>How many files were met.</summary>
    public long Met => Interlocked.Read(ref _met);

    /// <summary>How many of them were opened, since they are new, changed, or no DICOM.</summary>
    public long Read => Interlocked.Read(ref _read);

    internal void AddMet() => Interlocked.Increment(ref _met);

    internal void AddRead() => Interlocked.Increment(ref _read);
}
