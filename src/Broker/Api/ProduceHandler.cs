using System.Runtime.InteropServices;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Produce (key 0), versions 3 to 11 (0 to 2 are advertised for librdkafka and not served): appends one batch of magic 2 to
/// each partition. acks=-1 is answered once the batches are durable, acks=1 once they are written, acks=0 never; an error
/// under acks=0 closes the connection, so that the producer learns of it. Needs Write on each topic, and on the transactional id
/// where there is one.
/// </summary>
/// <remarks>
/// Batches are checked by header and CRC; records are decoded only where their keys, times or compression matter to the topic
/// (see <see cref="ProducedRecords"/>).
/// The first batch of a transaction in a partition needs the coordinator's word that the partition was added (KIP-890).
/// All appending happens before the first wait, which keeps the batches of a connection in order. Deviation: the
/// request's time-out is not used; a sync either ends or fails.
/// </remarks>
internal sealed class ProduceHandler(BrokerContext broker) : ApiHandler<ProduceRequest, ProduceResponse>
{
    private const short All = -1;
    private const short FirstVersionWithZstd = 7;
    private const short FirstVersionWithAbortable = 11;

    /// <inheritdoc/>
    protected override ValueTask<ProduceResponse?> HandleAsync(
        ProduceRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new ProduceResponse();
        List<Appended>? appended = null;
        var refusal = MayBeTransactional(request, context.Access) ? ErrorCode.None : ErrorCode.TransactionalIdAuthorizationFailed;
        foreach (var topic in request.TopicData)
        {
            var denied = refusal;
            if (denied == ErrorCode.None && !context.Access.AllowsTopic(AclOperation.Write, topic.Name))
                denied = ErrorCode.TopicAuthorizationFailed;
            var answers = new ProduceResponse.TopicProduceResponse { Name = topic.Name };
            response.Responses.Add(answers);
            foreach (var data in topic.PartitionData)
            {
                var answer = new ProduceResponse.PartitionProduceResponse { Index = data.Index, BaseOffset = -1 };
                answers.PartitionResponses.Add(answer);
                if (denied != ErrorCode.None)
                    answer.ErrorCode = denied;
                else if (Append(request, topic.Name, data, context.Version, answer) is { } written)
                    (appended ??= []).Add(written);
            }
        }

        if (request.Acks == All && appended is not null)
            return AwaitDurableAsync(response, appended);
        return new(request.Acks == 0 ? AnswerNothing(response, context) : response);
    }

    /// <summary>Batches of transactions need a transactional id that the client may write under; one refuses the whole request.</summary>
    private static bool MayBeTransactional(ProduceRequest request, Access access) =>
        !request.TopicData.Exists(topic => topic.PartitionData.Exists(data => IsTransactional(data.Records)))
        || (request.TransactionalId is { } id && access.AllowsTransactionalId(AclOperation.Write, id));

    private static bool IsTransactional(in RecordData records)
    {
        var bytes = records.ToMemory().Span;
        return bytes.Length >= BatchLayout.Records && new RecordBatch(bytes) is { Magic: 2, IsTransactional: true };
    }

    private static async ValueTask<ProduceResponse?> AwaitDurableAsync(ProduceResponse response, List<Appended> appended)
    {
        foreach (var (log, next, answer) in appended)
        {
            var error = await log.WaitDurableAsync(next);
            if (error == ErrorCode.None)
                continue;
            answer.ErrorCode = error;
            answer.BaseOffset = -1;
        }

        return response;
    }

    private static ProduceResponse? AnswerNothing(ProduceResponse response, RequestContext context)
    {
        context.MustClose = response.Responses.Exists(
            topic => topic.PartitionResponses.Exists(partition => partition.ErrorCode != ErrorCode.None));
        return null;
    }

    private Appended? Append(
        ProduceRequest request,
        string topic,
        ProduceRequest.PartitionProduceData data,
        short version,
        ProduceResponse.PartitionProduceResponse answer)
    {
        var log = broker.Logs.Find(topic)?.Partition(data.Index);
        var batch = MemoryMarshal.AsMemory(data.Records.ToMemory()).Span;
        var (error, message) = Refusal(request.Acks, topic, log, batch, version);
        if (error == ErrorCode.None)
        {
            var prepared = ProducedRecords.Prepare(batch, log!.Settings, broker.Clock);
            (error, message) = (prepared.Error, prepared.Message);
            if (prepared.Batch is { } rewritten)
                batch = rewritten;
            if (error is ErrorCode.InvalidRecord or ErrorCode.InvalidTimestamp)
                answer.LogStartOffset = log.LogStartOffset;
            if (prepared.Records is { } records)
                answer.RecordErrors = records;
        }

        VerificationToken? token = null;
        if (error == ErrorCode.None)
            (error, message) = Verify(request.TransactionalId, log!, new RecordBatch(batch), version, out token);
        if (error == ErrorCode.None)
        {
            var result = log!.Append(batch, AppendOrigin.Client, token, requireVerification: broker.Transactions is not null);
            (error, message) = (result.Error, result.Message);
            answer.BaseOffset = result.BaseOffset;
            answer.LogAppendTimeMs = result.AppendTime;
            answer.LogStartOffset = result.LogStartOffset;
            if (error == ErrorCode.None)
                return new(log, result.NextOffset, answer);
        }

        answer.ErrorCode = error;
        answer.ErrorMessage = message;
        return null;
    }

    private static (ErrorCode Error, string? Message) Refusal(
        short acks, string topic, PartitionLog? log, ReadOnlySpan<byte> batch, short version)
    {
        if (log is null)
            return (ErrorCode.UnknownTopicOrPartition, null);
        var fault = ProducedBatch.Check(batch);
        if (fault is BatchFault.NoBatch or BatchFault.SeveralBatches or BatchFault.UnsupportedMagic)
            return (ErrorCode.InvalidRecord, null);
        if (fault == BatchFault.None && version < FirstVersionWithZstd && new RecordBatch(batch).Compression == CompressionType.Zstd)
            return (ErrorCode.UnsupportedCompressionType, null);
        if (acks is < -1 or > 1)
            return (ErrorCode.InvalidRequiredAcks, null);
        if (Topic.IsInternalName(topic))
            return (ErrorCode.InvalidTopicException, null);
        if (acks == All && log.Settings.MinInsyncReplicas > 1)
            return (ErrorCode.NotEnoughReplicas, null);
        if (batch.Length >= BatchLayout.Records && new RecordBatch(batch).BaseOffset != 0)
            return (ErrorCode.InvalidRecord, "The base offset of a batch that is to be appended must be 0.");
        if (batch.Length > log.Settings.MaxMessageBytes)
            return (ErrorCode.MessageTooLarge, null);
        if (batch.Length > log.Settings.SegmentBytes)
            return (ErrorCode.RecordListTooLarge, null);
        return (ErrorOf(fault), null);
    }

    private static ErrorCode ErrorOf(BatchFault fault) => fault switch
    {
        BatchFault.None => ErrorCode.None,
        BatchFault.CrcMismatch or BatchFault.Incomplete or BatchFault.BadLength => ErrorCode.CorruptMessage,
        BatchFault.UnknownCompression => ErrorCode.UnsupportedCompressionType,
        _ => ErrorCode.InvalidRecord,
    };

    private (ErrorCode Error, string? Message) Verify(
        string? transactionalId, PartitionLog log, in RecordBatch batch, short version, out VerificationToken? token)
    {
        token = null;
        if (!batch.IsTransactional)
            return (ErrorCode.None, null);
        if (transactionalId is null || broker.Transactions is not { } coordinator
            || (token = log.BeginVerification(batch.ProducerId, batch.ProducerEpoch)) is null)
        {
            return (ErrorCode.None, null);
        }

        var verified = coordinator.Verify(transactionalId, batch.ProducerId, batch.ProducerEpoch, log.Partition);
        if (verified != ErrorCode.None)
            log.CancelVerification(token);
        return verified switch
        {
            ErrorCode.None => (ErrorCode.None, null),
            ErrorCode.TransactionAbortable when version >= FirstVersionWithAbortable =>
                (ErrorCode.TransactionAbortable, "The partition was not added to the transaction."),
            ErrorCode.TransactionAbortable or ErrorCode.InvalidTxnState =>
                (ErrorCode.InvalidTxnState, "The partition was not added to the transaction."),
            ErrorCode.ConcurrentTransactions or ErrorCode.CoordinatorLoadInProgress
                or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator =>
                (ErrorCode.NotEnoughReplicas, "The coordinator cannot say now whether the partition was added to the transaction."),
            var error => (error, null),
        };
    }

    private readonly record struct Appended(
        PartitionLog Log, long NextOffset, ProduceResponse.PartitionProduceResponse Answer);
}
