using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>What the data plane asks the transaction coordinator.</summary>
internal interface ITransactionCoordinator
{
    /// <summary>Whether a partition was added to a producer's open transaction (KIP-890, first part).</summary>
    /// <param name="transactionalId">The transactional id from the request.</param>
    /// <param name="producerId">The producer id from the batch.</param>
    /// <param name="producerEpoch">The epoch from the batch.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>
    /// None; TRANSACTION_ABORTABLE when it was not added; an error of the producer's id or epoch; or one that says that the
    /// coordinator cannot tell now. Answers at once, so that appends keep their order.
    /// </returns>
    ErrorCode Verify(string transactionalId, long producerId, short producerEpoch, TopicPartition partition);

    /// <summary>Gives a transactional producer its id and epoch.</summary>
    ValueTask<InitProducerIdResponse> InitProducerIdAsync(
        InitProducerIdRequest request, RequestContext context, CancellationToken cancellationToken);
}
