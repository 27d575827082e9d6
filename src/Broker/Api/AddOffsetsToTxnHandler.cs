using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 25, AddOffsetsToTxn, versions 0 to 3: adds the partition of <c>__consumer_offsets</c> that holds the group. Before
/// version 2 a fenced producer is told INVALID_PRODUCER_EPOCH. Needs Write on the transactional id and Read on the group.
/// </summary>
/// <remarks>Deviations: version 4 (transactions of the second protocol) is not served.</remarks>
internal sealed class AddOffsetsToTxnHandler(Coordinators coordinators)
    : ApiHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<AddOffsetsToTxnResponse?> HandleAsync(
        AddOffsetsToTxnRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
        {
            return new AddOffsetsToTxnResponse { ErrorCode = ErrorCode.TransactionalIdAuthorizationFailed };
        }

        if (!context.Access.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return new AddOffsetsToTxnResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed };
        }

        var error = await coordinators.Transactions.AddPartitionsAsync(
            request.TransactionalId,
            new ProducerIdentity(request.ProducerId, request.ProducerEpoch),
            [coordinators.Groups.PartitionOf(request.GroupId)]);
        return new AddOffsetsToTxnResponse { ErrorCode = FencedError.For(error, knownToClient: context.Version >= 2) };
    }
}
