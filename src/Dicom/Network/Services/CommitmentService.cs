using MedStreams.Dicom.Network.Dimse;

namespace MedStreams.Dicom.Network.Services;

/// <summary>Storage Commitment, push model (PS3.4 Annex J): the request as user, and the report as provider.</summary>
public static class CommitmentService
{
    /// <summary>Contexts for asking.</summary>
    public static IReadOnlyList<ContextRequest> RequestContexts { get; } =
    [
        new(Uids.StorageCommitment, TransferSyntax.ExplicitLittleEndian), new(Uids.StorageCommitment, TransferSyntax.ImplicitLittleEndian),
    ];

    /// <summary>Contexts for reporting on an association of one's own: there the provider of the class is its opener (PS3.4 section J.3.3).</summary>
    public static IReadOnlyList<ContextRequest> ReportContexts { get; } = [.. RequestContexts.Select(c => c with { IsProvider = true })];

    /// <summary>
    /// Asks the peer to answer for instances. Its report comes later, on this association (<see cref="WaitForRequestsAsync"/>) or on one that it opens: keep the
    /// transaction before calling this, since the report may be there before this returns.
    /// </summary>
    /// <param name="association">An association with one of <see cref="RequestContexts"/>.</param>
    /// <param name="transactionUid">A new identifier: <see cref="Uids.New"/>.</param>
    /// <param name="instances">Which, at least one.</param>
    /// <param name="cancellationToken">Ends the asking, and with it the association.</param>
    /// <exception cref="DicomNetworkException">The peer does not offer it, answered with a failure, or the association is over.</exception>
    public static async Task RequestCommitmentAsync(
        this DicomAssociation association, string transactionUid, IReadOnlyList<InstanceReference> instances, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(instances.Count, nameof(instances));
        using var _ = association.Begin();
        var context = association.Context(Uids.StorageCommitment);
        var id = association.NextMessageId();
        var request = new CommandSet
        {
            RequestedClass = Uids.StorageCommitment,
            Field = CommandField.ActionRequest,
            MessageId = id,
            HasDataSet = true,
            RequestedInstance = Uids.StorageCommitmentInstance,
            ActionType = 1,
        };
        await association.Channel.SendAsync(context.Id, request, DataSets.Write(CommitmentDataSet.Request(transactionUid, instances), context.Syntax), cancellationToken);
        var response = await association.ReceiveResponseAsync(id, CommandField.ActionResponse, cancellationToken);
        if (!response.Command.Status.IsDone)
            throw DicomNetworkException.Failed("N-ACTION of Storage Commitment", response.Command.Status);
    }

    /// <summary>Answers requests of the peer on this association, such as reports, until something is there, or the peer asks for the end.</summary>
    /// <param name="association">The association, with a handler.</param>
    /// <param name="enough">Ends the waiting when it is completed.</param>
    /// <param name="limit">How long the next request may take.</param>
    /// <param name="cancellationToken">Ends the waiting, and with it the association.</param>
    /// <returns>Whether it was enough; else the peer asked for the end.</returns>
    /// <exception cref="DicomNetworkException">Nothing came in time, or the association is over.</exception>
    public static async Task<bool> WaitForRequestsAsync(
        this DicomAssociation association, Task enough, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        using var _ = association.Begin();
        var stop = new CancellationTokenSource(); // not disposed: whoever completes the task may still be at it
        enough.GetAwaiter().OnCompleted(stop.Cancel);
        while (!enough.IsCompleted && await association.Channel.Pdus.WaitAsync(limit, stop.Token, cancellationToken))
        {
            if (await association.ReceiveAsync(limit, cancellationToken) is null)
            {
                await association.AnswerReleaseAsync(cancellationToken);
                return false;
            }
        }

        return true;
    }

    /// <summary>Reports on a commitment as provider.</summary>
    /// <returns>What the peer answered.</returns>
    internal static async Task<DimseStatus> ReportCommitmentAsync(this DicomAssociation association, CommitmentReport report, CancellationToken cancellationToken)
    {
        var context = association.Context(Uids.StorageCommitment);
        var id = association.NextMessageId();
        var request = new CommandSet
        {
            AffectedClass = Uids.StorageCommitment,
            Field = CommandField.EventReportRequest,
            MessageId = id,
            HasDataSet = true,
            AffectedInstance = Uids.StorageCommitmentInstance,
            EventType = report.Failed.Count == 0 ? (ushort)1 : (ushort)2,
        };
        var dataSet = CommitmentDataSet.Report(report.TransactionUid, report.Committed, report.Failed);
        await association.Channel.SendAsync(context.Id, request, DataSets.Write(dataSet, context.Syntax), cancellationToken);
        return (await association.ReceiveResponseAsync(id, CommandField.EventReportResponse, cancellationToken)).Command.Status;
    }
}
