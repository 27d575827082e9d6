namespace MedStreams.Dicom.Pacs.Inspecting;

/// <summary>What was found in a source before its studies are moved.</summary>
/// <param name="Source">Which.</param>
/// <param name="Studies">How many records it lists, each study once.</param>
/// <param name="Instances">How many instances they have; 0 where nothing was collected.</param>
/// <param name="Documents">How many documents.</param>
/// <param name="Bytes">How many bytes, as far as the source tells.</param>
/// <param name="Counts">How many findings there are of each kind.</param>
/// <param name="Findings">They, or as many of each kind as are kept.</param>
public sealed record SourceInspection(
    string Source,
    long Studies,
    long Instances,
    long Documents,
    long Bytes,
    IReadOnlyDictionary<FindingKind, long> Counts,
    IReadOnlyList<SourceFinding> Findings)
{
    private static readonly System.Text.Json.JsonSerializerOptions Shape = new()
    {
        PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.CamelCase,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
        WriteIndented = true,
    };

    /// <summary>Whether nothing was found that somebody should look at.</summary>
    public bool IsClean => Counts.Count == 0;

    /// <summary>As a document that can be written as text, JSON, CSV or HTML.</summary>
    public Reporting.ReportDocument ToDocument() => new(
        $"{Source} before the migration",
        IsClean ? "Nothing was found that needs a decision." : $"{Counts.Values.Sum()} things were found that somebody should look at.",
        IsClean,
        [("Studies", Text(Studies)), ("Instances", Text(Instances)), ("Documents", Text(Documents)), ("Bytes", Text(Bytes))],
        [
            Reporting.ReportTable.Of(
                "counts", "Findings", ["Kind", "Number"], Counts.OrderBy(c => c.Key).Select(c => (object?[])[c.Key.ToString(), c.Value]), "None."),
            Reporting.ReportTable.Of(
                "findings",
                "In detail",
                ["Kind", "Study", "Object", "What", "Place"],
                Findings.Select(f => (object?[])[f.Kind.ToString(), f.StudyInstanceUid, f.ObjectId, f.Detail, f.Location]),
                "None."),
        ]);

    /// <summary>Writes it as JSON.</summary>
    public Task WriteJsonAsync(Stream to, CancellationToken cancellationToken) =>
        System.Text.Json.JsonSerializer.SerializeAsync(to, this, Shape, cancellationToken);

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
