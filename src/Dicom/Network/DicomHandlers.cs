namespace MedStreams.Dicom.Network;

/// <summary>What answers requests of a peer. What is null is refused.</summary>
public sealed record DicomHandlers
{
    /// <summary>Takes instances: C-STORE.</summary>
    public IStoreHandler? Store { get; init; }

    /// <summary>Takes the reports of storage commitments that were asked for: N-EVENT-REPORT.</summary>
    public ICommitmentReportHandler? CommitmentReports { get; init; }

    /// <summary>Answers for what is stored: N-ACTION of Storage Commitment.</summary>
    public ICommitmentProvider? Commitment { get; init; }

    /// <summary>
    /// Told of exceptions of handlers, which the peer sees as a processing failure, and of associations that ended badly. Called from any thread; must not throw.
    /// </summary>
    public Action<Exception>? OnFault { get; init; }
}

/// <summary>Takes instances that a peer sends. Safe for concurrent use: each association calls it.</summary>
public interface IStoreHandler
{
    /// <summary>Takes one.</summary>
    /// <param name="instance">The instance; its data set is valid during the call.</param>
    /// <param name="cancellationToken">Ends with the association.</param>
    /// <returns>What the peer is told. An exception is told as a processing failure.</returns>
    Task<DimseStatus> StoreAsync(IncomingInstance instance, CancellationToken cancellationToken);
}

/// <summary>An instance that is coming.</summary>
/// <param name="SopClass">Its SOP class, as the command says.</param>
/// <param name="SopInstance">Its UID, as the command says.</param>
/// <param name="Syntax">How its data set is written.</param>
/// <param name="DataSet">Its data set, as it comes: not seekable, read asynchronously. What is not read is passed over.</param>
/// <param name="CallingAe">Who sends it, or, with C-GET, who was asked.</param>
/// <param name="MoveOriginator">Who asked for it by C-MOVE; null: nobody.</param>
/// <param name="MoveMessageId">The message id of that C-MOVE; null: none.</param>
public sealed record IncomingInstance(
    string SopClass, string SopInstance, TransferSyntax Syntax, Stream DataSet, string CallingAe, string? MoveOriginator, int? MoveMessageId);

/// <summary>A SOP instance by name.</summary>
/// <param name="SopClass">Its SOP class.</param>
/// <param name="SopInstance">Its UID.</param>
public readonly record struct InstanceReference(string SopClass, string SopInstance);

/// <summary>An instance that is not committed.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Reason">Why, (0008,1197): 0x0112 it is not there; 0x0110, 0x0213, 0x0122, 0x0119 and 0x0131 as with <see cref="DimseStatus"/>.</param>
public readonly record struct CommitmentFailure(InstanceReference Instance, DimseStatus Reason);

/// <summary>The outcome of a storage commitment (PS3.4 section J.3.3).</summary>
/// <param name="TransactionUid">The transaction it is about.</param>
/// <param name="Committed">What the peer commits itself to keep.</param>
/// <param name="Failed">What it does not.</param>
public sealed record CommitmentReport(string TransactionUid, IReadOnlyList<InstanceReference> Committed, IReadOnlyList<CommitmentFailure> Failed)
{
    /// <summary>Who reports.</summary>
    public string CallingAe { get; init; } = "";
}

/// <summary>Takes reports of storage commitments. Safe for concurrent use.</summary>
public interface ICommitmentReportHandler
{
    /// <summary>Takes one.</summary>
    /// <returns>What the peer is told: success only once it is kept.</returns>
    Task<DimseStatus> ReportAsync(CommitmentReport report, CancellationToken cancellationToken);
}

/// <summary>Answers for what is stored. Safe for concurrent use.</summary>
public interface ICommitmentProvider
{
    /// <summary>Looks instances up.</summary>
    /// <param name="instances">What a peer wants to be sure of.</param>
    /// <param name="cancellationToken">Ends with the server.</param>
    /// <returns>For each that is not safely stored the reason.</returns>
    Task<IReadOnlyList<CommitmentFailure>> CommitAsync(IReadOnlyList<InstanceReference> instances, CancellationToken cancellationToken);

    /// <summary>Where reports to a title go when its association is over; null: it is not known, and gets none.</summary>
    DicomPeer? PeerOf(string aeTitle);
}
