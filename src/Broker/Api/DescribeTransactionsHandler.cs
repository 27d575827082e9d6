using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>Key 65, DescribeTransactions, version 0 (KIP-664).</summary>
/// <remarks>No deviations.</remarks>
internal sealed class DescribeTransactionsHandler(TransactionCoordinator transactions)
    : ApiHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeTransactionsResponse?> HandleAsync(
        DescribeTransactionsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new DescribeTransactionsResponse { TransactionStates = [.. request.TransactionalIds.Select(Describe)] });

    private DescribeTransactionsResponse.DescribedTransaction Describe(string transactionalId)
    {
        var described = new DescribeTransactionsResponse.DescribedTransaction { TransactionalId = transactionalId };
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
            .. state.Partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(
                topic => new DescribeTransactionsResponse.TopicData
                {
                    Topic = topic.Key,
                    Partitions = [.. topic.Select(p => p.Partition).Order()],
                }),
        ];
        return described;
    }
}
