using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Finds the study of each document; one that has none, or may have several, is told.</summary>
internal sealed class DocumentMatcher(TreeIndex index)
{
    /// <summary>Looks at all documents, since studies may have come or gone.</summary>
    public void Match(CancellationToken cancellationToken)
    {
        foreach (var (path, _) in index.Walk(index.Documents))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (index.File(path) is { } file)
                Match(path, file);
        }
    }

    private void Match(string path, IndexedFile file)
    {
        var (study, finding, detail) = Find(path, file.Claim!);
        if (study == file.Study && finding == file.Finding && detail == file.Detail)
            return;
        index.Write(batch => FileChange.Put(index, batch, path, file, file with { Study = study, Finding = finding, Detail = detail }, exam: null));
    }

    private (string? Study, FindingKind? Finding, string? Detail) Find(string path, DocumentClaim claim)
    {
        if (claim.Study is { } named)
        {
            return index.Study(named) is not null
                ? (named, null, null)
                : (null, FindingKind.UnmatchedDocument, "The study that its path or the table names has no instance here.");
        }

        var studies = claim.Accession is { } accession ? index.Under(index.Accessions, accession).Take(2).ToList() : Around(path);
        return studies.Count switch
        {
            1 => (studies[0], null, null),
            0 => (null, FindingKind.UnmatchedDocument, claim.Accession is null
                ? "No study has an instance in its folder or above."
                : "No study has the accession number that its path or the table names."),
            _ => (null, FindingKind.AmbiguousDocument, claim.Accession is null
                ? "Several studies have instances in its folder."
                : "Several studies have the accession number that its path or the table names."),
        };
    }

    private List<string> Around(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var studies = index.Under(index.Folders, folder).Take(2).ToList();
            if (studies.Count > 0)
                return studies;
        }

        return [];
    }
}
