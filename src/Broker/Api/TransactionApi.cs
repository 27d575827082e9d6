using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>What Produce and InitProducerId ask the coordinator of transactions.</summary>
internal sealed class TransactionApi(TransactionCoordinator transactions) : ITransactionCoordinator
{
    private const long NoProducerId = -1;

    /// <inheritdoc/>
    public ErrorCode Verify(string transactionalId, long producerId, short producerEpoch, TopicPartition partition) =>
        transactions.Verify(transactionalId, new ProducerIdentity(producerId, producerEpoch), partition);

    /// <summary>
    /// The transactional branch of InitProducerId: from version 3 a client may say who it is (KIP-360); before version 4 a
    /// fenced one is told INVALID_PRODUCER_EPOCH.
    /// </summary>
    public async ValueTask<InitProducerIdResponse> InitProducerIdAsync(
        InitProducerIdRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var expected = request.ProducerId == NoProducerId
            ? (ProducerIdentity?)null
            : new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
        var (error, producer) = await transactions.InitAsync(
            request.TransactionalId ?? "", request.TransactionTimeoutMs, expected);
        return error is ErrorCode.None
            ? new InitProducerIdResponse { ProducerId = producer.Id, ProducerEpoch = producer.Epoch }
            : Refuse(FencedError.For(error, knownToClient: context.Version >= 4));
    }

    private static InitProducerIdResponse Refuse(ErrorCode error) =>
        new() { ErrorCode = error, ProducerId = NoProducerId, ProducerEpoch = TransactionState.NoEpoch };
}
