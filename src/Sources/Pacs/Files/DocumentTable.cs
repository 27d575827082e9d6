using System.Text;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Csv;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>The table of documents beside a tree, by absolute path. Read whole: it has a line for each document. Immutable.</summary>
internal sealed class DocumentTable
{
    private readonly Dictionary<string, DocumentClaim> _claims = new(StringComparer.Ordinal);

    /// <summary>Reads a table; null: an empty one.</summary>
    /// <exception cref="PacsException">It cannot be read, or a line of it is wrong; the message names the line.</exception>
    public static DocumentTable Read(string? path)
    {
        var table = new DocumentTable();
        if (path is null)
            return table;
        try
        {
            using var reader = new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            table.Fill(new CsvReader(reader), Path.GetDirectoryName(RealPath.Of(path) ?? Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new PacsException("The table of documents cannot be read as UTF-8.", e) { Failure = PacsFailure.Refused };
        }

        return table;
    }

    public DocumentClaim? Of(string path) => _claims.GetValueOrDefault(path);

    private void Fill(CsvReader reader, string folder)
    {
        var heading = reader.Read() ?? throw Wrong(1, "there is no heading");
        var columns = heading.Cells.Select((name, at) => (name.Trim().ToLowerInvariant(), at)).ToDictionary(c => c.Item1, c => c.at, StringComparer.Ordinal);
        if (!columns.ContainsKey("path") || !(columns.ContainsKey("study") || columns.ContainsKey("accession")))
            throw Wrong(1, "the heading needs path, and study or accession");
        while (reader.Read() is { } record)
        {
            var (line, cells) = (record.Line, record.Cells);
            if (record.IsBlank)
                continue;
            if (record.Fault is { } fault)
                throw Wrong(line, fault);
            var relative = Cell("path") ?? throw Wrong(line, "the path is empty");
            var claim = new DocumentClaim { Study = Cell("study"), Accession = Cell("accession"), Name = Cell("name"), MediaType = Cell("media_type") };
            if (claim.Study is null && claim.Accession is null)
                throw Wrong(line, "neither study nor accession is given");
            if (!_claims.TryAdd(Path.GetFullPath(relative, folder), claim))
                throw Wrong(line, "the path stands there twice");

            string? Cell(string name) => columns.TryGetValue(name, out var at) && at < cells.Count && cells[at].Trim() is { Length: > 0 } text ? text : null;
        }
    }

    private static PacsException Wrong(int line, string what) =>
        new($"The table of documents is wrong in line {line}: {what}.") { Failure = PacsFailure.Refused };
}
