using MedStreams.Dicom;
using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Looks whether the files are there that a DICOMDIR (PS3.3 annex F, PS3.10 section 8.6) names.</summary>
internal static class DicomDir
{
    private static readonly DicomTag Records = new(0x0004, 0x1220);
    private static readonly DicomTag FileId = new(0x0004, 0x1500);
    private static readonly DicomTag Instance = new(0x0004, 0x1511);

    /// <summary>What is missing, each with its key within the DICOMDIR.</summary>
    public static async Task<IReadOnlyList<(string Key, SourceFinding Finding)>> CheckAsync(string path, CancellationToken cancellationToken)
    {
        var missing = new List<(string, SourceFinding)>();
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
            var file = await DicomFile.ReadAsync(stream, cancellationToken: cancellationToken);
            var folder = Path.GetDirectoryName(path)!;
            foreach (var record in file.DataSet.TryGet(Records, out var records) ? records.Items ?? [] : [])
            {
                var parts = record.DataSet.Texts(FileId);
                if (parts.Count > 0 && parts.Any(p => p.Length > 0) && !IsThere(folder, parts))
                {
                    missing.Add((string.Join('/', parts), new SourceFinding(FindingKind.MissingFile, "The DICOMDIR names a file that is not there.")
                    {
                        ObjectId = record.DataSet.Text(Instance),
                        Location = FileLocation.Of(path),
                    }));
                }
            }
        }
        catch (Exception e) when (e is DicomException or IOException or UnauthorizedAccessException)
        {
            missing.Add(("", new SourceFinding(FindingKind.UnreadableFile, "The DICOMDIR cannot be read; the files beside it are found without it.") { Location = FileLocation.Of(path) }));
        }

        return missing;
    }

    /// <summary>Whether the file is there, in the letters of the DICOMDIR, or in small ones, as some systems copy a CD.</summary>
    private static bool IsThere(string folder, IReadOnlyList<string> parts) =>
        !parts.Any(p => p is "" or "." or ".." || p.Contains('/', StringComparison.Ordinal) || p.Contains('\0', StringComparison.Ordinal))
        && (File.Exists(Path.Combine([folder, .. parts])) || File.Exists(Path.Combine([folder, .. parts.Select(p => p.ToLowerInvariant())])));
}
