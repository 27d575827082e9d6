using System.IO.Enumeration;
using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>A file that was met.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Root">The root, or followed folder, that it was met in.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Ticks">When it was written last, in ticks, UTC.</param>
internal readonly record struct MetFile(string Path, string Root, long Size, long Ticks);

/// <summary>
/// Walks trees of files, one folder after the other, with one folder's names in memory at most. Links are followed only into declared folders, each once, so that
/// there are no circles. For one thread.
/// </summary>
internal sealed class TreeWalker
{
    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = false, BufferSize = 64 << 10 };

    private readonly string[] _roots;
    private readonly string[] _targets;
    private readonly HashSet<string> _ignored;
    private readonly string _indexFolder;
    private readonly List<string> _followed = [];

    public TreeWalker(DirectoryTreeOptions options)
    {
        _roots = [.. options.Roots.Select(Real).Distinct(StringComparer.Ordinal)];
        _targets = [.. options.LinkTargets.Select(Real).Distinct(StringComparer.Ordinal)];
        _ignored = options.IgnoredNames.ToHashSet(StringComparer.OrdinalIgnoreCase);
        _indexFolder = Real(options.IndexFolder);
    }

    /// <summary>The roots with no link on the way; one within another is left out.</summary>
    public IEnumerable<string> Roots => _roots.Where(r => !Array.Exists(_roots, other => other != r && RealPath.IsWithin(r, other)));

    /// <summary>What could not be read or was not followed.</summary>
    public List<SourceFinding> Findings { get; } = [];

    /// <summary>The folders whose content is not known.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>All files.</summary>
    public IEnumerable<MetFile> Walk() => Roots.SelectMany(WalkTree);

    private IEnumerable<MetFile> WalkTree(string root)
    {
        var folders = new Stack<(string Path, string Root)>();
        folders.Push((root, root));
        while (folders.TryPop(out var folder))
        {
            if (RealPath.IsWithin(folder.Path, _indexFolder))
                continue;
            using var entries = Entries(folder.Path).GetEnumerator();
            while (Next(entries, folder.Path) is { } entry)
            {
                if (entry.IsLink)
                {
                    if (Follow(entry.Path) is not { } target)
                        continue;
                    if (Directory.Exists(target))
                        folders.Push((target, target));
                    else if (new FileInfo(target) is { Exists: true } file)
                        yield return new MetFile(target, Path.GetDirectoryName(target)!, file.Length, file.LastWriteTimeUtc.Ticks);
                }
                else if (entry.IsDirectory)
                    folders.Push((entry.Path, folder.Root));
                else if (!_ignored.Contains(Path.GetFileName(entry.Path)))
                    yield return new MetFile(entry.Path, folder.Root, entry.Size, entry.Ticks);
            }
        }
    }

    private static FileSystemEnumerable<Entry> Entries(string folder) => new(folder, Take, All);

    private static Entry Take(ref FileSystemEntry entry)
    {
        var isLink = entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
        var isPlain = !isLink && !entry.IsDirectory;
        return new Entry(
            entry.ToFullPath(), entry.IsDirectory, isLink, isPlain ? entry.Length : 0, isPlain ? entry.LastWriteTimeUtc.UtcTicks : 0);
    }

    /// <summary>The next entry; null at the end, and where the rest cannot be read.</summary>
    private Entry? Next(IEnumerator<Entry> entries, string folder)
    {
        try
        {
            return entries.MoveNext() ? entries.Current : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unknown.Add(folder);
            Tell(FindingKind.UnreadableFolder, folder, e is UnauthorizedAccessException
                ? "The operating system does not let the folder be read."
                : "The disk or the share failed while the folder was read.");
            return null;
        }
    }

    /// <summary>Where a link leads, if it is to be followed and was not yet.</summary>
    private string? Follow(string link)
    {
        var target = RealPath.Of(link);
        if (target is not null && Array.Exists(_roots, r => RealPath.IsWithin(target, r)))
            return null; // it is met there
        if (target is null || !Array.Exists(_targets, t => RealPath.IsWithin(target, t)))
        {
            Tell(FindingKind.LinkNotFollowed, link, target is null ? "The link leads nowhere, or in a circle." : "The link leads out of the declared folders.");
            return null;
        }

        if (_followed.Exists(f => RealPath.IsWithin(target, f)))
            return null;
        _followed.Add(target);
        return target;
    }

    private void Tell(FindingKind kind, string path, string detail) => Findings.Add(new SourceFinding(kind, detail) { Location = FileLocation.Of(path) });

    private static string Real(string folder) => RealPath.Of(folder) ?? Path.GetFullPath(folder);

    private sealed record Entry(string Path, bool IsDirectory, bool IsLink, long Size, long Ticks);
}
