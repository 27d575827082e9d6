using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 24, AddPartitionsToTxn, versions 0 to 3. When one partition does not exist, none is added: the others are answered
/// OPERATION_NOT_ATTEMPTED. Before version 2 a fenced producer is told INVALID_PRODUCER_EPOCH. Needs Write on the
/// transactional id and on each topic; internal topics are closed to everybody.
/// </summary>
/// <remarks>Deviations: version 4 and later, which brokers use among themselves, are not served.</remarks>
internal sealed class AddPartitionsToTxnHandler(TransactionCoordinator transactions, LogManager logs)
    : ApiHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<AddPartitionsToTxnResponse?> HandleAsync(
        AddPartitionsToTxnRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsTransactionalId(AclOperation.Write, request.V3AndBelowTransactionalId))
        {
            return Respond(request, _ => ErrorCode.TransactionalIdAuthorizationFailed);
        }

        var topics = request.V3AndBelowTopics.Select(t => t.Name).ToList();
        var denied = topics.Where(t => !Topic.IsInternalName(t)).Denied(context.Access, AclOperation.Write);
        denied.UnionWith(topics.Where(Topic.IsInternalName));
        var partitions = request.V3AndBelowTopics
            .SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p)))
            .ToList();
        if (partitions.Exists(p => denied.Contains(p.Topic) || logs.Find(p) is null))
        {
            return Respond(request, p => denied.Contains(p.Topic) ? ErrorCode.TopicAuthorizationFailed
                : logs.Find(p) is null ? ErrorCode.UnknownTopicOrPartition
                : ErrorCode.OperationNotAttempted);
        }

        var error = await transactions.AddPartitionsAsync(
            request.V3AndBelowTransactionalId,
            new ProducerIdentity(request.V3AndBelowProducerId, request.V3AndBelowProducerEpoch),
            partitions);
        error = FencedError.For(error, knownToClient: context.Version >= 2);
        return Respond(request, _ => error);
    }

    private static AddPartitionsToTxnResponse Respond(
        AddPartitionsToTxnRequest request, Func<TopicPartition, ErrorCode> errorOf) => new()
        {
            ResultsByTopicV3AndBelow =
        [
            .. request.V3AndBelowTopics.Select(t => new AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult
            {
                Name = t.Name,
                ResultsByPartition =
                [
                    .. t.Partitions.Select(p => new AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult
                    {
                        PartitionIndex = p,
                        PartitionErrorCode = errorOf(new TopicPartition(t.Name, p)),
                    }),
                ],
            }),
        ],
        };
}
