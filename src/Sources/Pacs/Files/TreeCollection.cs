using MedStreams.Dicom;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Collects a study from the index, and looks at each of its files again: it may have changed or gone since it was indexed.</summary>
internal sealed class TreeCollection(DirectoryTreeOptions options, TreeIndex index)
{
    private readonly List<string> _notes = [];

    public async Task<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken)
    {
        if (index.Study(exam.StudyInstanceUid) is null)
            return null;
        var members = new List<(string Path, IndexedFile File)>();
        foreach (var path in index.Under(index.Members, exam.StudyInstanceUid))
        {
            if (index.File(path) is { } file && await LookAsync(path, file, cancellationToken) is { } now)
                members.Add((path, now));
        }

        var objects = new List<StudyObject>();
        foreach (var copies in members.Where(m => m.File.Kind == IndexedKind.Instance).GroupBy(m => m.File.Instance!, StringComparer.Ordinal))
            objects.Add(Instance(copies.Count() == 1 ? copies.Single() : await ChooseAsync([.. copies], cancellationToken)));
        objects.AddRange(Documents([.. members.Where(m => m.File.Kind == IndexedKind.Document)]));
        return new StudyCollection(exam, objects, _notes);
    }

    /// <summary>The file as it is now; null where it is gone, or is another one.</summary>
    private async Task<IndexedFile?> LookAsync(string path, IndexedFile file, CancellationToken cancellationToken)
    {
        var now = new FileInfo(path);
        if (!now.Exists)
        {
            if (!options.Roots.Any(r => Directory.Exists(r) && RealPath.IsWithin(path, RealPath.Of(r) ?? r) && Directory.EnumerateFileSystemEntries(r).Any()))
                throw new PacsException("A root of the directory tree is missing or empty: is the share mounted?") { Failure = PacsFailure.Unavailable };
            _notes.Add($"A file that was there at the last look at the tree is gone: {file.Instance ?? "a document"}.");
            return null;
        }

        if ((options.TimeProvider.GetUtcNow().UtcDateTime - now.LastWriteTimeUtc).Duration() < options.QuietFor)
            throw new PacsException("A file of the study was written a moment ago: the study is collected when it has rested.") { Failure = PacsFailure.Unavailable };
        if (file.IsOf(now.Length, now.LastWriteTimeUtc.Ticks) || file.Kind == IndexedKind.Document)
            return file with { Size = now.Length };
        var met = new MetFile(path, Path.GetDirectoryName(path)!, now.Length, now.LastWriteTimeUtc.Ticks);
        var (read, _) = await new FileClassifier(options, DocumentTable.Read(null)).ClassifyAsync(met, file.Scan, cancellationToken);
        if (read.Instance == file.Instance && read.Study == file.Study)
            return read;
        _notes.Add($"A file has become another one since the last look at the tree: {file.Instance}.");
        return null;
    }

    /// <summary>Of several files with one instance: any where they are equal, else the newest.</summary>
    private async Task<(string Path, IndexedFile File)> ChooseAsync(IReadOnlyList<(string Path, IndexedFile File)> copies, CancellationToken cancellationToken)
    {
        var digests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, _) in copies)
        {
            try
            {
                await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
                digests.Add(Convert.ToHexStringLower((await DicomFile.ReadAsync(stream, cancellationToken: cancellationToken)).Digest.Span));
            }
            catch (Exception e) when (e is DicomException or IOException or UnauthorizedAccessException)
            {
                digests.Add(path); // it equals no other
            }
        }

        var instance = copies[0].File.Instance;
        _notes.Add(digests.Count == 1
            ? $"Instance {instance} is there {copies.Count} times, all equal: it counts once."
            : $"Instance {instance} is there {copies.Count} times with {digests.Count} contents: the newest counts.");
        return copies.OrderByDescending(c => c.File.Ticks).ThenBy(c => c.Path, StringComparer.Ordinal).First();
    }

    private static StudyObject Instance((string Path, IndexedFile File) member) => new()
    {
        Id = member.File.Instance!,
        Kind = StudyObjectKind.Instance,
        SeriesInstanceUid = member.File.Series ?? "",
        SopClassUid = member.File.SopClass,
        TransferSyntaxUid = member.File.Syntax,
        InstanceNumber = member.File.Number,
        Location = FileLocation.Of(member.Path),
        Bytes = member.File.Size,
    };

    /// <summary>Documents under the name that rule or table give, else the file's; those that would have one name are told apart by a number, in the order of their paths.</summary>
    private static IEnumerable<StudyObject> Documents(IReadOnlyList<(string Path, IndexedFile File)> members)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, file) in members)
        {
            var wanted = file.Claim!.Name ?? Path.GetFileName(path);
            var name = wanted;
            for (var i = 2; !names.Add(name); i++)
                name = $"{Path.GetFileNameWithoutExtension(wanted)} ({i}){Path.GetExtension(wanted)}";
            yield return new StudyObject
            {
                Id = name,
                Kind = StudyObjectKind.Document,
                MediaType = file.Claim.MediaType,
                Location = FileLocation.Of(path),
                Bytes = file.Size,
            };
        }
    }
}
