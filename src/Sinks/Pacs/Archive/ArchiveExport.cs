using System.Security.Cryptography;
using System.Text;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// Writes objects of the archive into a folder: <c>STUDY/SERIES/INSTANCE.dcm</c>, documents under their names. What in an identifier is no letter, digit, dot,
/// underscore or hyphen is written as <c>%XX</c>, so no identifier leads out of the folder. Safe for several threads.
/// </summary>
/// <param name="archive">The archive.</param>
public sealed class ArchiveExport(StudyArchive archive)
{
    private const int LongestName = 120;

    /// <summary>Writes the current objects of a study, or one of them.</summary>
    /// <param name="studyInstanceUid">The study.</param>
    /// <param name="objectId">Which of its objects; null: all.</param>
    /// <param name="version">Which version of that object; null: the current one.</param>
    /// <param name="folder">Where; made where it is missing. Files of the same names are replaced.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>What was written, and what was found damaged and is not there; null: there is no such study or object.</returns>
    /// <exception cref="PacsException">The archive cannot be read.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async ValueTask<ArchiveExported?> WriteAsync(
        string studyInstanceUid, string? objectId, int? version, string folder, CancellationToken cancellationToken)
    {
        IReadOnlyList<ShownObject> objects;
        if (objectId is null)
        {
            if (await archive.Index.StudyAsync(studyInstanceUid, cancellationToken) is null)
                return null;
            objects = await archive.Index.ObjectsAsync(studyInstanceUid, cancellationToken);
        }
        else
        {
            if (await archive.Index.ObjectAsync(studyInstanceUid, objectId, version, cancellationToken) is not { } one)
                return null;
            objects = [one];
        }

        var written = new List<string>();
        var damaged = new List<string>();
        foreach (var shown in objects)
        {
            var path = PathOf(folder, studyInstanceUid, shown);
            if (await WriteAsync(shown, path, cancellationToken) is { } damage)
                damaged.Add(damage);
            else
                written.Add(path);
        }

        return new ArchiveExported(written, damaged);
    }

    /// <summary>An identifier as a name of one file or folder.</summary>
    internal static string NameOf(string id)
    {
        var name = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in id.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '_' or '-' || (rune.Value == '.' && name.Length > 0)))
                name.Append((char)rune.Value);
            else
            {
                foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
                    name.Append('%').Append(one.ToString("X2"));
            }
        }

        return name.Length <= LongestName
            ? name.ToString()
            : string.Concat(name.ToString().AsSpan(0, LongestName), "-", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 8)));
    }

    private static string PathOf(string folder, string study, ShownObject shown)
    {
        var path = Path.Combine(Path.GetFullPath(folder), NameOf(study));
        if (shown.Object.SeriesInstanceUid.Length > 0)
            path = Path.Combine(path, NameOf(shown.Object.SeriesInstanceUid));
        return Path.Combine(path, NameOf(shown.Object.Id) + (shown.Object.Kind == StudyObjectKind.Instance ? ".dcm" : ""));
    }

    /// <summary>Writes an object beside its place and moves it there once it is seen to be right; answers what is wrong with it.</summary>
    private async ValueTask<string?> WriteAsync(ShownObject shown, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = path + ObjectStore.Unfinished;
        try
        {
            ReadBack read;
            await using (var to = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 }))
                read = await archive.Reader.ReadAsync(shown, to, cancellationToken);
            if (read.Damage is not null)
                return read.Damage;
            File.Move(unfinished, path, overwrite: true);
            return null;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}

/// <summary>What an export has done.</summary>
/// <param name="Files">The files that were written, each seen to be what was stored.</param>
/// <param name="Damaged">Objects that are damaged, with file and place: they were not written.</param>
public sealed record ArchiveExported(IReadOnlyList<string> Files, IReadOnlyList<string> Damaged);
