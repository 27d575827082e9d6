using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>
/// Fetches instances by C-GET: they come on the association that asks, so the node need not know where this side is. Each class is offered in each transfer syntax apart, so
/// that the node finds the one that the instance is stored in.
/// </summary>
public sealed class GetFetcher : RetrievingFetcher
{
    private static readonly TransferSyntax[] Syntaxes =
    [
        .. new[]
        {
            "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.5",
            "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57",
            "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.103", "1.2.840.10008.1.2.4.107", "1.2.840.10008.1.2.4.201",
        }.Select(TransferSyntax.Of),
    ];

    private static readonly string[] UsualClasses =
    [
        .. new[]
        {
            "2", "2.1", "4", "4.1", "1", "1.1", "1.2", "1.3", "6.1", "3.1", "7", "7.2", "7.4", "12.1", "12.2", "20", "128", "130", "11.1", "88.11", "88.22", "88.33", "88.59", "88.67",
            "104.1", "104.2", "77.1.1", "77.1.1.1", "77.1.4", "77.1.5.1", "66", "66.4", "481.1", "481.2", "481.3", "481.5", "9.1.1", "9.1.2",
        }.Select(s => "1.2.840.10008.5.1.4.1.1." + s),
    ];

    /// <summary>A fetcher.</summary>
    /// <param name="node">The node.</param>
    /// <param name="spool">Where instances rest.</param>
    public GetFetcher(DicomNode node, Spool spool)
        : base(node, spool)
    {
    }

    private protected override async Task<RetrieveOutcome> RetrieveAsync(
        DicomNode node, RetrieveRequest request, IReadOnlyList<StudyObject> wanted, Intake intake, CancellationToken cancellationToken)
    {
        RetrieveOutcome? last = null;
        foreach (var (contexts, _) in ContextPlan.Split(
            Kinds(wanted), k => k, ContextPlan.MaxContexts - RetrieveService.GetContexts.Count))
        {
            // What another association has brought is passed over when it comes again.
            last = await node.UseAsync(
                [.. RetrieveService.GetContexts, .. contexts.Select(c => c with { IsProvider = true })],
                new DicomHandlers { Store = intake },
                association => association.GetAsync(request, cancellationToken: cancellationToken),
                cancellationToken);
            if (wanted.All(w => !intake.IsOpen(w.Id)))
                break;
        }

        return last!;
    }

    /// <summary>What may come: of a class in its transfer syntax where that is known, else in all that are usual.</summary>
    private static IEnumerable<(string SopClass, TransferSyntax Syntax)> Kinds(IReadOnlyList<StudyObject> wanted)
    {
        var known = wanted.Where(w => w.SopClassUid is not null).ToList();
        var classes = known.Count == wanted.Count ? known.Select(k => k.SopClassUid!) : known.Select(k => k.SopClassUid!).Concat(UsualClasses);
        return classes.Distinct(StringComparer.Ordinal).SelectMany(c =>
            Syntaxes.Concat(known.Where(k => k.SopClassUid == c && k.TransferSyntaxUid is not null).Select(k => TransferSyntax.Of(k.TransferSyntaxUid!))).DistinctBy(s => s.Uid).Select(s => (c, s)));
    }
}
