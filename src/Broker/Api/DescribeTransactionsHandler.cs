using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 65, DescribeTransactions, version 0 (KIP-664). Needs Describe on each transactional id; topics that the client may not
/// describe are left out.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class DescribeTransactionsHandler(TransactionCoordinator transactions)
    : ApiHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeTransactionsResponse?> HandleAsync(
        DescribeTransactionsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new DescribeTransactionsResponse { TransactionStates = [.. request.TransactionalIds.Select(id => Describe(id, context.Access))] });

    private DescribeTransactionsResponse.DescribedTransaction Describe(string transactionalId, Access access)
    {
        var described = new DescribeTransactionsResponse.DescribedTransaction { TransactionalId = transactionalId };
        if (!access.AllowsTransactionalId(AclOperation.Describe, transactionalId))
        {
            described.ErrorCode = ErrorCode.TransactionalIdAuthorizationFailed;
            return described;
        }

        if (transactionalId.Length == 0)
        {
            described.ErrorCode = ErrorCode.InvalidRequest;
            return described;
        }

        if (transactions.Find(transactionalId) is not { } state)
        {
            described.ErrorCode = ErrorCode.TransactionalIdNotFound;
            return described;
        }

        described.TransactionState = state.Status.ToString();
        described.TransactionTimeoutMs = state.TimeoutMs;
        described.TransactionStartTimeMs = state.StartedUtcMs;
        described.ProducerId = state.Producer.Id;
        described.ProducerEpoch = state.Producer.Epoch;
        described.Topics =
        [
            .. state.Partitions.GroupBy(p => p.Topic, StringComparer.Ordinal)
                .Where(topic => access.AllowsTopic(AclOperation.Describe, topic.Key))
                .Select(topic => new DescribeTransactionsResponse.TopicData
                {
                    Topic = topic.Key,
                    Partitions = [.. topic.Select(p => p.Partition).Order()],
                }),
        ];
        return described;
    }
}
