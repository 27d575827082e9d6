using MedStreams.Dicom.Network.Dimse;

namespace MedStreams.Dicom.Network.Services;

/// <summary>Answers a peer's requests on an association, whichever side opened it.</summary>
internal sealed class RequestDispatcher(DicomHandlers handlers)
{
    /// <summary>Refuses all but C-ECHO.</summary>
    public static RequestDispatcher None { get; } = new(new DicomHandlers());

    /// <summary>Sees to it that a request for a commitment gets its report.</summary>
    public Func<DicomAssociation, string, IReadOnlyList<InstanceReference>, CancellationToken, Task>? OnCommitment { get; init; }

    /// <summary>Answers a request.</summary>
    public async ValueTask AnswerAsync(DicomAssociation association, DimseMessage request, CancellationToken cancellationToken)
    {
        var command = request.Command;
        switch (command.Field)
        {
            case CommandField.EchoRequest:
                await RespondAsync(association, request, CommandField.EchoResponse, DimseStatus.Success, cancellationToken);
                break;
            case CommandField.StoreRequest:
                await RespondAsync(association, request, CommandField.StoreResponse, await StoreAsync(association, request, cancellationToken), cancellationToken);
                break;
            case CommandField.EventReportRequest:
                await RespondAsync(association, request, CommandField.EventReportResponse, await ReportAsync(association, request, cancellationToken), cancellationToken);
                break;
            case CommandField.ActionRequest:
                await CommitAsync(association, request, cancellationToken);
                break;
            case CommandField.CancelRequest:
                break; // of an operation that has ended meanwhile: it has no response (PS3.7 section 9.3.2.3)
            default:
                var response = (CommandField)((ushort)command.Field | 0x8000);
                await RespondAsync(association, request, response, DimseStatus.UnrecognizedOperation, cancellationToken);
                break;
        }
    }

    private async ValueTask<DimseStatus> StoreAsync(DicomAssociation association, DimseMessage request, CancellationToken cancellationToken)
    {
        if (handlers.Store is null)
            return DimseStatus.ClassNotSupported;
        var command = request.Command;
        if (request.DataSet is null)
            return DimseStatus.CannotUnderstand;
        var context = association.Contexts.First(c => c.Id == request.ContextId);
        if (context.SopClass != command.AffectedClass || command.AffectedInstance.Length == 0)
            return DimseStatus.DataSetMismatch;
        var instance = new IncomingInstance(
            command.AffectedClass,
            command.AffectedInstance,
            context.Syntax,
            request.DataSet,
            association.PeerAe,
            command.MoveOriginator.Length > 0 ? command.MoveOriginator : null,
            command.MoveOriginatorMessage);
        return await GuardAsync(() => handlers.Store.StoreAsync(instance, cancellationToken));
    }

    private async ValueTask<DimseStatus> ReportAsync(DicomAssociation association, DimseMessage request, CancellationToken cancellationToken)
    {
        var command = request.Command;
        if (handlers.CommitmentReports is null || command.AffectedClass != Uids.StorageCommitment)
            return DimseStatus.ClassNotSupported;
        if (command.EventType is not (1 or 2))
            return new DimseStatus(0x0113);
        var context = association.Contexts.First(c => c.Id == request.ContextId);
        var report = CommitmentDataSet.ReadReport(await DataSets.ReadAsync(request, context.Syntax, null, cancellationToken)) with { CallingAe = association.PeerAe };
        return await GuardAsync(() => handlers.CommitmentReports.ReportAsync(report, cancellationToken));
    }

    private async ValueTask CommitAsync(DicomAssociation association, DimseMessage request, CancellationToken cancellationToken)
    {
        var command = request.Command;
        var status = handlers.Commitment is null || OnCommitment is null || command.RequestedClass != Uids.StorageCommitment ? DimseStatus.ClassNotSupported
            : command.RequestedInstance != Uids.StorageCommitmentInstance ? DimseStatus.NoSuchInstance
            : command.ActionType != 1 ? new DimseStatus(0x0123)
            : DimseStatus.Success;
        if (status != DimseStatus.Success)
        {
            await RespondAsync(association, request, CommandField.ActionResponse, status, cancellationToken);
            return;
        }

        var context = association.Contexts.First(c => c.Id == request.ContextId);
        var (transaction, instances) = CommitmentDataSet.ReadRequest(await DataSets.ReadAsync(request, context.Syntax, null, cancellationToken));
        await RespondAsync(association, request, CommandField.ActionResponse, DimseStatus.Success, cancellationToken);
        await OnCommitment!(association, transaction, instances, cancellationToken);
    }

    /// <summary>What a handler answers. What it throws is its fault and not the network's: the peer is told that processing failed.</summary>
    private async ValueTask<DimseStatus> GuardAsync(Func<Task<DimseStatus>> handle)
    {
        try
        {
            return await handle();
        }
        catch (Exception e) when (e is not (DicomNetworkException or OperationCanceledException))
        {
            handlers.OnFault?.Invoke(e);
            return DimseStatus.ProcessingFailure;
        }
    }

    private static async ValueTask RespondAsync(
        DicomAssociation association, DimseMessage request, CommandField field, DimseStatus status, CancellationToken cancellationToken)
    {
        await association.Channel.SkipDataSetAsync(cancellationToken);
        var command = request.Command;
        var sopClass = command.AffectedClass.Length > 0 ? command.AffectedClass : command.RequestedClass;
        var sopInstance = command.AffectedInstance.Length > 0 ? command.AffectedInstance : command.RequestedInstance;
        var response = new CommandSet
        {
            AffectedClass = sopClass,
            Field = field,
            RespondsTo = command.MessageId,
            HasDataSet = false,
            Status = status,
        };
        if (sopInstance.Length > 0)
            response.AffectedInstance = sopInstance;
        if (field == CommandField.EventReportResponse)
            response.EventType = command.EventType;
        if (field == CommandField.ActionResponse)
            response.ActionType = command.ActionType;
        await association.Channel.SendAsync(request.ContextId, response, null, cancellationToken);
    }
}
