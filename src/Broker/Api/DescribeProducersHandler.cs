using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>Key 61, DescribeProducers, version 0 (KIP-664): the producers that partitions know, and their open transactions. Needs Read on each topic.</summary>
/// <remarks>No deviations.</remarks>
internal sealed class DescribeProducersHandler(LogManager logs)
    : ApiHandler<DescribeProducersRequest, DescribeProducersResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeProducersResponse?> HandleAsync(
        DescribeProducersRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new DescribeProducersResponse
        {
            Topics = [.. request.Topics.Select(topic => new DescribeProducersResponse.TopicResponse
            {
                Name = topic.Name,
                Partitions = [.. topic.PartitionIndexes.Select(p => Describe(new TopicPartition(topic.Name, p), context.Access))],
            })],
        });

    private DescribeProducersResponse.PartitionResponse Describe(TopicPartition partition, Access access)
    {
        var described = new DescribeProducersResponse.PartitionResponse { PartitionIndex = partition.Partition };
        if (TopicName.Fault(partition.Topic) is { } fault)
        {
            described.ErrorCode = ErrorCode.InvalidTopicException;
            described.ErrorMessage = fault;
        }
        else if (!access.AllowsTopic(AclOperation.Read, partition.Topic))
        {
            described.ErrorCode = ErrorCode.TopicAuthorizationFailed;
        }
        else if (logs.Find(partition) is not { } log)
        {
            described.ErrorCode = ErrorCode.UnknownTopicOrPartition;
        }
        else
        {
            described.ActiveProducers = [.. log.DescribeProducers().Select(p => new DescribeProducersResponse.ProducerState
            {
                ProducerId = p.ProducerId,
                ProducerEpoch = p.Epoch,
                LastSequence = p.LastSequence,
                LastTimestamp = p.LastTimestamp,
                CoordinatorEpoch = p.CoordinatorEpoch,
                CurrentTxnStartOffset = p.TransactionStart,
            })];
        }

        return described;
    }
}
