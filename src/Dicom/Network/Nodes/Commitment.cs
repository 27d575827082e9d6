using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>Asks a node to answer for instances, and waits for its report, wherever that comes. Safe for several threads.</summary>
/// <param name="node">The node.</param>
/// <param name="inbox">Where reports come on associations that the node opens.</param>
public sealed class Commitment(DicomNode node, CommitmentInbox inbox)
{
    /// <summary>Asks.</summary>
    /// <param name="instances">Which, at least one.</param>
    /// <param name="limit">How long the report may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The report; null where the node does not offer commitments.</returns>
    /// <exception cref="PacsException">The node did not answer, refused, or gave no report in time.</exception>
    public async Task<CommitmentReport?> RequestAsync(IReadOnlyList<InstanceReference> instances, TimeSpan limit, CancellationToken cancellationToken)
    {
        var transaction = Uids.New();
        using var expected = inbox.Expect(transaction);
        var isOffered = await node.UseAsync(
            CommitmentService.RequestContexts,
            new DicomHandlers { CommitmentReports = inbox },
            async association =>
            {
                if (association.Contexts.Count == 0)
                    return false;
                await association.RequestCommitmentAsync(transaction, instances, cancellationToken);
                await ListenAsync(association, expected.Report, limit, cancellationToken);
                return true;
            },
            cancellationToken);
        if (!isOffered)
            return null;
        try
        {
            return await expected.Report.WaitAsync(limit, node.Options.Time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new PacsException(
                $"{node.Name}: no report on a storage commitment within {limit}. Check that it knows our title with this machine's address and the receiver's port.", e);
        }
    }

    /// <summary>The report may come on the association that asked; where that ends, it comes on another.</summary>
    private static async Task ListenAsync(DicomAssociation association, Task report, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await association.WaitForRequestsAsync(report, limit, cancellationToken);
        }
        catch (DicomNetworkException) when (!cancellationToken.IsCancellationRequested)
        {
            await association.AbortAsync();
        }
    }
}
