using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 26, EndTxn, versions 0 to 4. Before version 2 a fenced producer is told INVALID_PRODUCER_EPOCH.
/// Needs Write on the transactional id.
/// </summary>
/// <remarks>
/// Deviations: Apache Kafka answers when the decision is durable, this broker when the markers are too. A client that
/// goes on at once is then not sent back with CONCURRENT_TRANSACTIONS; another one that asks meanwhile is.
/// </remarks>
internal sealed class EndTxnHandler(TransactionCoordinator transactions) : ApiHandler<EndTxnRequest, EndTxnResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<EndTxnResponse?> HandleAsync(
        EndTxnRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
        {
            return new EndTxnResponse { ErrorCode = ErrorCode.TransactionalIdAuthorizationFailed };
        }

        var error = await transactions.EndAsync(
            request.TransactionalId, new ProducerIdentity(request.ProducerId, request.ProducerEpoch), request.Committed);
        return new EndTxnResponse { ErrorCode = FencedError.For(error, knownToClient: context.Version >= 2) };
    }
}
