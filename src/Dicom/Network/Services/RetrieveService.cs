using MedStreams.Dicom.Network.Dimse;

namespace MedStreams.Dicom.Network.Services;

/// <summary>Study Root C-MOVE and C-GET as user (PS3.4 sections C.4.2 and C.4.3).</summary>
public static class RetrieveService
{
    /// <summary>Contexts for C-MOVE.</summary>
    public static IReadOnlyList<ContextRequest> MoveContexts { get; } =
    [
        new(Uids.StudyRootMove, TransferSyntax.ExplicitLittleEndian), new(Uids.StudyRootMove, TransferSyntax.ImplicitLittleEndian),
    ];

    /// <summary>Contexts for C-GET itself; add those of the classes and transfer syntaxes that are to come, as provider.</summary>
    public static IReadOnlyList<ContextRequest> GetContexts { get; } =
    [
        new(Uids.StudyRootGet, TransferSyntax.ExplicitLittleEndian), new(Uids.StudyRootGet, TransferSyntax.ImplicitLittleEndian),
    ];

    /// <summary>Has the peer send instances to a node that it knows by title.</summary>
    /// <param name="association">An association with one of <see cref="MoveContexts"/>.</param>
    /// <param name="request">What.</param>
    /// <param name="destination">The title of the node.</param>
    /// <param name="progress">Told how far it has come, where the peer tells it; null: nobody is.</param>
    /// <param name="cancellationToken">Sends C-CANCEL; what went over stays there.</param>
    /// <returns>How it ended; look at it, since a failure is no exception here.</returns>
    /// <exception cref="DicomNetworkException">The peer does not offer it, or the association is over.</exception>
    public static Task<RetrieveOutcome> MoveAsync(
        this DicomAssociation association, RetrieveRequest request, string destination, IProgress<SubOperations>? progress = null, CancellationToken cancellationToken = default)
    {
        DicomNetworkOptions.CheckAeTitle(destination);
        return RunAsync(
            association,
            Uids.StudyRootMove,
            id => new CommandSet
            {
                AffectedClass = Uids.StudyRootMove,
                Field = CommandField.MoveRequest,
                MessageId = id,
                Priority = 0,
                HasDataSet = true,
                MoveDestination = destination,
            },
            CommandField.MoveResponse,
            request,
            progress,
            cancellationToken);
    }

    /// <summary>Has the peer send instances on this association, to its handler of C-STORE.</summary>
    /// <param name="association">An association with one of <see cref="GetContexts"/>, with contexts as provider, and with a handler.</param>
    /// <param name="request">What.</param>
    /// <param name="progress">Told how far it has come, where the peer tells it; null: nobody is.</param>
    /// <param name="cancellationToken">Sends C-CANCEL; what has come stays here.</param>
    /// <returns>How it ended; look at it, since a failure is no exception here.</returns>
    /// <exception cref="DicomNetworkException">The peer does not offer it, or the association is over.</exception>
    public static Task<RetrieveOutcome> GetAsync(
        this DicomAssociation association, RetrieveRequest request, IProgress<SubOperations>? progress = null, CancellationToken cancellationToken = default) =>
        RunAsync(
            association,
            Uids.StudyRootGet,
            id => new CommandSet { AffectedClass = Uids.StudyRootGet, Field = CommandField.GetRequest, MessageId = id, Priority = 0, HasDataSet = true },
            CommandField.GetResponse,
            request,
            progress,
            cancellationToken);

    private static async Task<RetrieveOutcome> RunAsync(
        DicomAssociation association,
        string sopClass,
        Func<ushort, CommandSet> command,
        CommandField field,
        RetrieveRequest request,
        IProgress<SubOperations>? progress,
        CancellationToken cancellationToken)
    {
        using var _ = association.Begin();
        var context = association.Context(sopClass);
        var id = association.NextMessageId();
        await association.Channel.SendAsync(context.Id, command(id), DataSets.Write(request.ToIdentifier(), context.Syntax), cancellationToken);
        using var cancel = new CancelScope(association, context.Id, id, cancellationToken);
        while (true)
        {
            var response = await association.ReceiveResponseAsync(id, field, cancel.Token);
            var status = response.Command.Status;
            if (status.Kind == DimseStatusKind.Pending)
            {
                progress?.Report(response.Command.SubOperations);
                continue;
            }

            var failed = response.DataSet is null ? [] : await ReadFailedAsync(association, response, context, cancel.Token);
            await cancel.EndAsync();
            return new RetrieveOutcome(status, response.Command.SubOperations, failed);
        }
    }

    private static async ValueTask<IReadOnlyList<string>> ReadFailedAsync(
        DicomAssociation association, DimseMessage response, PresentationContext context, CancellationToken cancellationToken)
    {
        try
        {
            var dataSet = await DataSets.ReadAsync(response, context.Syntax, null, cancellationToken);
            return [.. dataSet.Texts(Tags.FailedSopInstanceUidList).Where(uid => uid.Length > 0)];
        }
        catch (DicomNetworkException)
        {
            await association.AbortAsync();
            throw;
        }
    }
}
