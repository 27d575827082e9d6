using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// InitProducerId (key 22), versions 0 to 4: a new id with epoch 0 for an idempotent producer; for a transactional one
/// whatever the transaction coordinator answers. Ids are never given out twice, also not after a restart.
/// Needs Write on the transactional id; without one, IdempotentWrite on the cluster or Write on some topic.
/// </summary>
internal sealed class InitProducerIdHandler(BrokerContext broker)
    : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<InitProducerIdResponse?> HandleAsync(
        InitProducerIdRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.TransactionalId is null)
        {
            // A producer that may write some topic may write it idempotently (KIP-679).
            if (!context.Access.AllowsQuietly(AclOperation.IdempotentWrite, AclResourceType.Cluster, AclPattern.ClusterName)
                && !context.Access.AllowsSome(AclOperation.Write, AclResourceType.Topic))
            {
                return new() { ErrorCode = ErrorCode.ClusterAuthorizationFailed, ProducerEpoch = -1 };
            }

            return IsHalf(request) ? new() { ErrorCode = ErrorCode.InvalidRequest, ProducerEpoch = -1 } : NewId();
        }

        if (!context.Access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
            return new() { ErrorCode = ErrorCode.TransactionalIdAuthorizationFailed, ProducerEpoch = -1 };
        if (request.TransactionalId.Length == 0 || IsHalf(request))
            return new() { ErrorCode = ErrorCode.InvalidRequest, ProducerEpoch = -1 };
        return broker.Transactions is { } coordinator
            ? await coordinator.InitProducerIdAsync(request, context, cancellationToken)
            : new() { ErrorCode = ErrorCode.CoordinatorNotAvailable, ProducerEpoch = -1 };
    }

    /// <summary>An id without its epoch says nothing, nor does an epoch without its id.</summary>
    private static bool IsHalf(InitProducerIdRequest request) => (request.ProducerId == -1) != (request.ProducerEpoch == -1);

    private InitProducerIdResponse NewId()
    {
        try
        {
            return new() { ProducerId = broker.Logs.ProducerIds.Next(), ProducerEpoch = 0 };
        }
        catch (IOException exception)
        {
            ApiLogs.ProducerIdFailed(broker.Logger, exception);
            return new() { ErrorCode = ErrorCode.CoordinatorNotAvailable, ProducerEpoch = -1 };
        }
    }
}
