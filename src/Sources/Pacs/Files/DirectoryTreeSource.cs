using System.Runtime.CompilerServices;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>
/// Trees of DICOM files as an old PACS: with or without DICOMDIR, whatever the files are called, bare data sets among them, and documents beside them. What was
/// read stands in an index on disk, so that pages stay as they are, a listing goes on where it ended, and a restart does not read millions of files again. Only
/// headers are read for it. Files that cannot be read, and documents of no study, are told by <see cref="FindingsAsync"/>. Safe for several threads.
/// </summary>
public sealed class DirectoryTreeSource : IExamSource, IStudyCollector, ISourceFindings, IAsyncDisposable
{
    private readonly DirectoryTreeOptions _options;
    private readonly TreeIndex _index;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task? _scan;

    /// <summary>Opens the index; reads nothing yet.</summary>
    /// <exception cref="ArgumentException">A value of the options is out of its range.</exception>
    /// <exception cref="PacsException">The index is used by another process, or cannot be read.</exception>
    public DirectoryTreeSource(DirectoryTreeOptions options)
    {
        if (options.Roots.Count == 0 || !options.Roots.Concat(options.LinkTargets).All(Path.IsPathFullyQualified) || options.Readers < 1)
            throw new ArgumentException("At least one root is needed, roots and link targets as absolute paths, and at least one reader.", nameof(options));
        _options = options;
        _index = new TreeIndex(options.IndexFolder);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>How far the scan has come that is under way, or how far the last one came.</summary>
    public TreeScanProgress Progress { get; private set; } = new();

    /// <summary>Looks at the whole tree; only files that are new or changed are read. A call while one is under way waits for that one.</summary>
    /// <param name="cancellationToken">Ends the waiting; the scan goes on, so that impatience does not begin it anew.</param>
    /// <exception cref="PacsException">A root is missing or empty; or the table of documents is wrong.</exception>
    public Task ScanAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            if (_scan is null or { IsCompleted: true })
            {
                var progress = Progress = new TreeScanProgress();
                _scan = Task.Run(() => new TreeScan(_options, _index, progress).RunAsync(_closing.Token), CancellationToken.None);
            }

            return _scan.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        if (_index.Completed is not { } completed || (continuation is null && _options.TimeProvider.GetUtcNow() - completed >= _options.ScanAge))
            await ScanAsync(cancellationToken);
        var (from, to) = window.Kind switch
        {
            ExamWindowKind.Days => (TreeIndex.Day(window.From), TreeIndex.Day(window.To)),
            ExamWindowKind.WithoutDate => (TreeIndex.NoDay, TreeIndex.NoDay),
            _ => (TreeIndex.NoDay, "99999999"),
        };
        if (continuation is not null && (continuation.Length < 10 || continuation[8] != '/'))
            throw new ArgumentException("This is no continuation of a page of this source.", nameof(continuation));
        var exams = new List<ExamRecord>();
        string? last = null;
        foreach (var (key, _) in _index.Walk(_index.Days, after: continuation is null ? from : TreeIndex.Pair(continuation[..8], continuation[9..]), upTo: TreeIndex.Pair(to, "\uFFFF")))
        {
            if (exams.Count == pageSize)
                return new ExamPage(exams, $"{last![..8]}/{last[9..]}");
            last = key;
            if (_index.Study(key[9..]) is { } study)
                exams.Add(study.Exam);
        }

        return new ExamPage(exams, null, window.Kind == ExamWindowKind.Everything ? Alarm() : null);
    }

    /// <inheritdoc/>
    public async ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        if (_index.Completed is null)
            await ScanAsync(cancellationToken);
        return await new TreeCollection(_options, _index).CollectAsync(exam, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SourceFinding> FindingsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_index.Completed is null)
            await ScanAsync(cancellationToken);
        foreach (var finding in _index.AllFindings())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return finding;
        }
    }

    /// <summary>Ends a scan that is under way, and closes the index.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? scan;
        lock (_gate)
        {
            if (_closing.IsCancellationRequested)
                return;
            _closing.Cancel();
            scan = _scan;
        }

        if (scan is not null)
            await scan.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its failure was told to those who waited for it
        _index.Dispose();
        _closing.Dispose();
    }

    private string? Alarm()
    {
        var left = _index.AllFindings().CountBy(f => f.Kind).Where(f => f.Key is FindingKind.UnreadableFile or FindingKind.UnreadableFolder
            or FindingKind.MissingFile or FindingKind.UnmatchedDocument or FindingKind.AmbiguousDocument or FindingKind.UnknownFile or FindingKind.LinkNotFollowed).ToList();
        return left.Count == 0 ? null : $"Not all that lies in the tree can be moved: {string.Join(", ", left.Select(f => $"{f.Key} {f.Value}"))}. The plan lists them.";
    }
}
