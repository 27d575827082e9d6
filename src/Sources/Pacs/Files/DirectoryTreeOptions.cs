using MedStreams.Dicom;
using MedStreams.Dicom.Text;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>Which trees of files are a source, and how they are read.</summary>
public sealed record DirectoryTreeOptions
{
    /// <summary>The folders, absolute; at least one.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Where the index is kept: a folder of its own on a local disk, some 400 bytes for each file. One process uses it at a time.</summary>
    public required string IndexFolder { get; init; }

    /// <summary>What the source is called in reports and logs.</summary>
    public string Name { get; init; } = "directory tree";

    /// <summary>Folders that links in the roots may lead into, absolute. Default none: only links from root to root are taken, and not followed twice.</summary>
    public IReadOnlyList<string> LinkTargets { get; init; } = [];

    /// <summary>How many files are opened at a time, at least 1. Default 4.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>How old the last look at the tree may be when a window is begun; an older one is taken again. Default 1 hour.</summary>
    public TimeSpan ScanAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a study's files must have rested before it is collected, so that none is taken that is still being written. Default 0: at once.</summary>
    public TimeSpan QuietFor { get; init; }

    /// <summary>How text is taken where a file does not say it; null: as ASCII, and Latin-1 beyond it.</summary>
    public SpecificCharacterSet? AssumedCharacterSet { get; init; }

    /// <summary>What stands for the department; null: Institutional Department Name (0008,1040).</summary>
    public DicomTag? Department { get; init; }

    /// <summary>Which other files are documents, and of which study; the first rule that fits counts. Default none.</summary>
    public IReadOnlyList<DocumentRule> Documents { get; init; } = [];

    /// <summary>
    /// A table of documents, as CSV in UTF-8 with a heading: <c>path</c>, relative to the table's folder; <c>study</c> or <c>accession</c>; and, if wanted,
    /// <c>name</c> and <c>media_type</c>. Null: none.
    /// </summary>
    public string? DocumentTable { get; init; }

    /// <summary>Names of files that are passed over in silence, such as those that operating systems leave.</summary>
    public IReadOnlyList<string> IgnoredNames { get; init; } = ["Thumbs.db", "desktop.ini", ".DS_Store"];

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
