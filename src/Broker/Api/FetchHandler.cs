using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Fetch (key 1), versions 4 to 12: batches from each partition, as they are stored. The first partition that has some
/// gives at least one batch, however large. When there is less than the client's minimum the answer waits, up to the
/// client's time, for appends to become durable or, for read_committed, transactions to be decided. Needs Read on each topic.
/// </summary>
/// <remarks>
/// read_committed ends at the last stable offset and names the aborted transactions in what is sent. Only whole batches are
/// sent. Deviation: there are no fetch sessions (KIP-227); session id 0 tells clients so, and who goes on
/// with one that there is not is told FETCH_SESSION_ID_NOT_FOUND.
/// </remarks>
internal sealed class FetchHandler(BrokerContext broker) : ApiHandler<FetchRequest, FetchResponse>
{
    private const sbyte ReadCommitted = 1;

    /// <summary>The session epoch of a client that would begin a session, or begin anew.</summary>
    private const int WholeFetch = 0;

    /// <summary>The session epoch of a client that wants none, or ends the one that it has.</summary>
    private const int LastFetch = -1;

    /// <summary>Whoever is denied a topic is answered at once: who waits was denied none.</summary>
    private static readonly HashSet<string> NoTopics = [];

    /// <inheritdoc/>
    protected override ValueTask<FetchResponse?> HandleAsync(
        FetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.SessionEpoch is not (WholeFetch or LastFetch))
            return new(new FetchResponse { ErrorCode = ErrorCode.FetchSessionIdNotFound });
        var denied = Denied(request, context.Access);
        var answer = Read(request, denied);
        return answer.IsEnough(request)
            ? new(Send(answer, context))
            : WaitAsync(answer, request, context, cancellationToken);
    }

    /// <summary>The topics that the client may not read; a broker that follows needs leave for the cluster instead.</summary>
    private static HashSet<string> Denied(FetchRequest request, Access access)
    {
        var topics = request.Topics.Select(topic => topic.Topic);
        if (request.ReplicaId < 0)
            return topics.Denied(access, AclOperation.Read);
        return access.AllowsCluster(AclOperation.ClusterAction) ? [] : [.. topics];
    }

    private static FetchResponse Send(FetchAnswer answer, RequestContext context)
    {
        context.DisposeAfterResponse(answer);
        return answer.Response;
    }

    private async ValueTask<FetchResponse?> WaitAsync(
        FetchAnswer answer, FetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var signal = new DataSignal();
        var logs = Logs(request);
        logs.ForEach(log => log.Subscribe(signal));
        try
        {
            var start = broker.Clock.GetTimestamp();
            var patience = TimeSpan.FromMilliseconds(request.MaxWaitMs);
            while (true)
            {
                // Read after subscribing, and after each signal: nothing that comes in between is missed.
                answer.Dispose();
                answer = Read(request, NoTopics);
                var left = patience - broker.Clock.GetElapsedTime(start);
                if (answer.IsEnough(request) || left <= TimeSpan.Zero)
                    return Send(answer, context);
                if (!await signal.WaitAsync(left, broker.Clock, cancellationToken))
                    return Send(answer, context);
            }
        }
        finally
        {
            logs.ForEach(log => log.Unsubscribe(signal));
        }
    }

    private List<PartitionLog> Logs(FetchRequest request) =>
    [
        .. request.Topics.SelectMany(topic => topic.Partitions
            .Select(partition => broker.Logs.Find(topic.Topic)?.Partition(partition.Partition))
            .OfType<PartitionLog>()),
    ];

    private FetchAnswer Read(FetchRequest request, HashSet<string> denied)
    {
        var answer = new FetchAnswer();
        var limit = request.IsolationLevel == ReadCommitted ? ReadLimit.LastStable : ReadLimit.HighWatermark;
        var left = Math.Min(request.MaxBytes, broker.Options.MaxFetchBytes);
        foreach (var topic in request.Topics)
        {
            var found = broker.Logs.Find(topic.Topic);
            var read = new FetchResponse.FetchableTopicResponse { Topic = topic.Topic };
            answer.Response.Responses.Add(read);
            foreach (var partition in topic.Partitions)
            {
                read.Partitions.Add(denied.Contains(topic.Topic)
                    ? answer.Refuse(partition.Partition, ErrorCode.TopicAuthorizationFailed)
                    : Read(found?.Partition(partition.Partition), partition, Math.Max(0, left - answer.Bytes), limit, answer));
            }
        }

        return answer;
    }

    private FetchResponse.PartitionData Read(
        PartitionLog? log, FetchRequest.FetchPartition wanted, int left, ReadLimit limit, FetchAnswer answer)
    {
        if (log is null)
            return answer.Refuse(wanted.Partition, ErrorCode.UnknownTopicOrPartition);
        if (wanted.CurrentLeaderEpoch > PartitionLog.LeaderEpoch)
            return answer.Refuse(wanted.Partition, ErrorCode.UnknownLeaderEpoch);

        // The first batch of the response may be larger than both limits: else the client could never get past it.
        var first = answer.Bytes == 0;
        if (left == 0 && !first)
            return answer.Add(wanted.Partition, log, LogRead.Nothing(wanted.FetchOffset), limit);
        try
        {
            var read = log.Read(wanted.FetchOffset, Math.Min(left, wanted.PartitionMaxBytes), limit, atLeastOne: first);
            return answer.Add(wanted.Partition, log, read, limit);
        }
        catch (IOException exception)
        {
            ApiLogs.ReadFailed(broker.Logger, exception, log.Partition.Topic, wanted.Partition, wanted.FetchOffset);
            return answer.Refuse(wanted.Partition, ErrorCode.KafkaStorageError);
        }
    }
}
