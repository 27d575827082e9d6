using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 10, FindCoordinator, versions 0 to 4 (4 asks for several keys at once). One broker coordinates everything, so the
/// answer is this broker, at the address that the client used. Needs Describe on the group or transactional id.
/// </summary>
/// <remarks>
/// Deviations: the internal topic is made before the answer, so clients see COORDINATOR_NOT_AVAILABLE here only while the disk
/// is full. Error texts are the broker's own.
/// </remarks>
internal sealed class FindCoordinatorHandler(BrokerContext broker, Coordinators coordinators)
    : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte GroupKey = 0;
    private const sbyte TransactionKey = 1;

    /// <inheritdoc/>
    protected override ValueTask<FindCoordinatorResponse?> HandleAsync(
        FindCoordinatorRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (context.Version >= 4)
        {
            return new(new FindCoordinatorResponse
            {
                Coordinators = [.. request.CoordinatorKeys.Select(key => Find(request.KeyType, key, context))],
            });
        }

        var found = Find(request.KeyType, request.Key, context);
        return new(new FindCoordinatorResponse
        {
            ErrorCode = found.ErrorCode,
            ErrorMessage = found.ErrorMessage,
            NodeId = found.NodeId,
            Host = found.Host,
            Port = found.Port,
        });
    }

    private FindCoordinatorResponse.Coordinator Find(sbyte keyType, string key, RequestContext context)
    {
        var error = TryPrepare(keyType, key, context.Access);
        var (host, port) = error is ErrorCode.None ? context.Connection.Advertised : ("", -1);
        return new()
        {
            Key = key,
            ErrorCode = error,
            ErrorMessage = error switch
            {
                ErrorCode.None => "NONE",
                ErrorCode.InvalidRequest => "There are coordinators for groups (0) and transactions (1).",
                ErrorCode.CoordinatorNotAvailable => "The coordinator's topic cannot be made now.",
                _ => "The client may not describe it.",
            },
            NodeId = error is ErrorCode.None ? BrokerContext.NodeId : -1,
            Host = host,
            Port = port,
        };
    }

    private ErrorCode TryPrepare(sbyte keyType, string key, Access access)
    {
        try
        {
            return Prepare(keyType, key, access);
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, keyType == GroupKey ? Topic.ConsumerOffsets : Topic.TransactionState);
            return ErrorCode.CoordinatorNotAvailable;
        }
    }

    private ErrorCode Prepare(sbyte keyType, string key, Access access)
    {
        switch (keyType)
        {
            case GroupKey when !access.AllowsGroup(AclOperation.Describe, key):
                return ErrorCode.GroupAuthorizationFailed;
            case TransactionKey when !access.AllowsTransactionalId(AclOperation.Describe, key):
                return ErrorCode.TransactionalIdAuthorizationFailed;
            case GroupKey:
                coordinators.Groups.EnsureTopic();
                return ErrorCode.None;
            case TransactionKey:
                coordinators.Transactions.EnsureTopic();
                return ErrorCode.None;
            default:
                return ErrorCode.InvalidRequest;
        }
    }
}
