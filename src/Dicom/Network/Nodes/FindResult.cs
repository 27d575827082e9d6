using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>All matches of a query.</summary>
/// <param name="Matches">They.</param>
/// <param name="Alarm">Why some may have been kept back; null: nothing looks so.</param>
public sealed record FindResult(IReadOnlyList<DicomDataSet> Matches, string? Alarm)
{
    /// <summary>Limits of results that products have as they come.</summary>
    public static IReadOnlySet<int> UsualLimits { get; } =
        new HashSet<int> { 100, 128, 150, 200, 250, 256, 300, 400, 500, 512, 1_000, 1_024, 2_000, 2_048, 2_500, 3_000, 4_096, 5_000, 8_192, 10_000, 20_000, 50_000, 100_000 };

    /// <summary>Asks, and reads to the end.</summary>
    /// <param name="association">An association for queries.</param>
    /// <param name="identifier">The keys.</param>
    /// <param name="assumed">How text is taken where a match does not say.</param>
    /// <param name="limits">Numbers of matches that look like a limit.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="DicomNetworkException">The node refused, or the association is over.</exception>
    public static async Task<FindResult> ReadAsync(
        DicomAssociation association, DicomDataSet identifier, SpecificCharacterSet? assumed, IReadOnlySet<int> limits, CancellationToken cancellationToken)
    {
        var find = association.Find(identifier, assumed);
        var matches = new List<DicomDataSet>();
        try
        {
            await foreach (var match in find.WithCancellation(cancellationToken))
                matches.Add(match);
        }
        catch (DicomNetworkException e) when (e.Status is { } status && (status.Code & 0xFF00) == 0xA700 && matches.Count > 0)
        {
            return new FindResult(matches, $"The PACS ran out of resources after {matches.Count} matches.");
        }

        return new FindResult(matches, find.IsCut ? $"The PACS ended its answer after {matches.Count} matches."
            : limits.Contains(matches.Count) ? $"There are exactly {matches.Count} matches, which looks like a limit of the PACS."
            : null);
    }
}
