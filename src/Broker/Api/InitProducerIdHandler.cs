using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>
/// InitProducerId (key 22), versions 0 to 4: a new id with epoch 0 for an idempotent producer; for a transactional one
/// whatever the transaction coordinator answers. Ids are never given out twice, also not after a restart.
/// </summary>
internal sealed class InitProducerIdHandler(BrokerContext broker)
    : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<InitProducerIdResponse?> HandleAsync(
        InitProducerIdRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.TransactionalId is null)
            return NewId();
        if (request.TransactionalId.Length == 0)
            return new() { ErrorCode = ErrorCode.InvalidRequest, ProducerEpoch = -1 };
        return broker.Transactions is { } coordinator
            ? await coordinator.InitProducerIdAsync(request, context, cancellationToken)
            : new() { ErrorCode = ErrorCode.CoordinatorNotAvailable, ProducerEpoch = -1 };
    }

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
