using MedStreams.Dicom.Network.Services;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>
/// Fetches instances by C-MOVE: the node sends them to our own receiver, whose title and address it must know. The associations that it opens for that are its own.
/// </summary>
public sealed class MoveFetcher : RetrievingFetcher
{
    private readonly MoveReceiver _receiver;

    /// <summary>A fetcher.</summary>
    /// <param name="node">The node.</param>
    /// <param name="receiver">Where it sends to.</param>
    /// <param name="spool">Where instances rest.</param>
    public MoveFetcher(DicomNode node, MoveReceiver receiver, Spool spool)
        : base(node, spool) => _receiver = receiver;

    private protected override async Task<RetrieveOutcome> RetrieveAsync(
        DicomNode node, RetrieveRequest request, IReadOnlyList<StudyObject> wanted, Intake intake, CancellationToken cancellationToken)
    {
        using var _ = _receiver.Expect(wanted, node.Options.AeTitle, intake);
        var outcome = await node.UseAsync(
            RetrieveService.MoveContexts, null, association => association.MoveAsync(request, _receiver.AeTitle, cancellationToken: cancellationToken), cancellationToken);
        if (outcome.Status.Code == 0xA801)
            throw new PacsException($"{node.Name}: it does not know where {_receiver.AeTitle} is. Register this title there, with this machine's address and the receiver's port.") { Failure = PacsFailure.Refused };
        return outcome;
    }
}
