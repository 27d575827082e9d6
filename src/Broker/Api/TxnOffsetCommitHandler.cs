using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 28, TxnOffsetCommit, versions 0 to 4: 3 brings generation and member, which are then checked (KIP-447). The partition of
/// <c>__consumer_offsets</c> must be part of the transaction (KIP-890). A fenced producer is told INVALID_PRODUCER_EPOCH.
/// Needs Write on the transactional id, and Read on the group and on each topic.
/// </summary>
/// <remarks>No deviations. Version 4 brings TRANSACTION_ABORTABLE for what is INVALID_TXN_STATE before.</remarks>
internal sealed class TxnOffsetCommitHandler(Coordinators coordinators, LogManager logs, TimeProvider clock)
    : ApiHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<TxnOffsetCommitResponse?> HandleAsync(
        TxnOffsetCommitRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
        {
            return Respond(request, (_, _) => ErrorCode.TransactionalIdAuthorizationFailed);
        }

        if (!context.Access.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return Respond(request, (_, _) => ErrorCode.GroupAuthorizationFailed);
        }

        var denied = request.Topics.Select(t => t.Name).Denied(context.Access, AclOperation.Read);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var producer = new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
        var offsets = new List<(TopicPartition, CommittedOffset)>();
        foreach (var topic in request.Topics.Where(t => !denied.Contains(t.Name)))
        {
            foreach (var p in topic.Partitions)
            {
                var partition = new TopicPartition(topic.Name, p.PartitionIndex);
                if (logs.Find(partition) is not null)
                {
                    offsets.Add((partition, new CommittedOffset(
                        p.CommittedOffset, p.CommittedLeaderEpoch, p.CommittedMetadata ?? "", now)));
                }
            }
        }

        var results = offsets.Count == 0 ? [] : await coordinators.Groups.CommitTransactionalAsync(
            request.GroupId,
            new Committer(request.GenerationId, request.MemberId, request.GroupInstanceId),
            producer,
            offsets,
            partition => Verify(request.TransactionalId, producer, partition, context.Version));
        var errors = PartitionErrors.From(results);
        return Respond(request, (topic, partition) =>
            denied.Contains(topic) ? ErrorCode.TopicAuthorizationFailed : errors.Of(topic, partition));
    }

    private static TxnOffsetCommitResponse Respond(TxnOffsetCommitRequest request, Func<string, int, ErrorCode> errorOf) => new()
    {
        Topics = [.. request.Topics.Select(topic => new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(p => new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition
                {
                    PartitionIndex = p.PartitionIndex,
                    ErrorCode = errorOf(topic.Name, p.PartitionIndex),
                })],
            })],
    };

    private ErrorCode Verify(string transactionalId, ProducerIdentity producer, TopicPartition partition, short version)
    {
        var error = coordinators.Transactions.Verify(transactionalId, producer, partition);
        return error is ErrorCode.TransactionAbortable && version < 4 ? ErrorCode.InvalidTxnState : error;
    }
}
