using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>
/// A producer that does transactions without a pause. What is not answered it asks again, with the same sequence numbers;
/// now and then it gives up instead and begins anew, as a client does that was killed itself.
/// </summary>
internal sealed class TransactionalClient(int client, int port, Ledger ledger, int seed, CancellationToken stop) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly Wire _wire = new(port, stop);
    private readonly Dictionary<TopicPartition, int> _sequences = [];
    private long _id = -1;
    private short _epoch = -1;

    /// <summary>Whether it shall end with its present transaction.</summary>
    public Func<bool> Ending { get; init; } = () => false;

    public async Task RunAsync()
    {
        await BeginAnewAsync();
        for (var number = 0; !Ending(); number++)
        {
            var outcome = await TransactAsync(number);
            ledger.End(client, number, outcome ?? (Plan.Commits(client, number) ? Outcome.Committed : Outcome.Aborted));
            if (outcome is not null)
                await BeginAnewAsync();
        }

        // Ends what a client before this one may have left open.
        await BeginAnewAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _wire.Dispose();

    private async Task BeginAnewAsync()
    {
        var response = await UntilAsync<InitProducerIdRequest, InitProducerIdResponse>(
            4,
            new() { TransactionalId = Plan.Id(client), TransactionTimeoutMs = 600_000 },
            r => r.ErrorCode);
        (_id, _epoch) = (response.ProducerId, response.ProducerEpoch);
        _sequences.Clear();
    }

    /// <summary>Null when it ended as it should; else what is known of the one that was given up.</summary>
    private async Task<Outcome?> TransactAsync(int number)
    {
        var giveUpAt = _random.Next(12) == 0 ? _random.Next(5) : -1;
        await AddPartitionsAsync();
        for (var request = 0; request < 2; request++)
        {
            if (giveUpAt == request)
                return Outcome.Aborted;
            await ProduceAsync(number, request);
        }

        if (giveUpAt == 2)
            return Outcome.Aborted;
        if (Plan.HasOffset(client, number))
            await CommitOffsetAsync(number);
        if (giveUpAt == 3)
            return Outcome.Aborted;
        return await EndAsync(Plan.Commits(client, number), giveUp: giveUpAt == 4);
    }

    private async Task AddPartitionsAsync() => await UntilAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
        3,
        new()
        {
            V3AndBelowTransactionalId = Plan.Id(client),
            V3AndBelowProducerId = _id,
            V3AndBelowProducerEpoch = _epoch,
            V3AndBelowTopics =
            [
                new() { Name = Plan.Out, Partitions = [.. Enumerable.Range(0, Plan.Partitions)] },
                new() { Name = Plan.Table, Partitions = [0] },
                new() { Name = Plan.Short, Partitions = [0] },
            ],
        },
        r => First(r.ResultsByTopicV3AndBelow.SelectMany(t => t.ResultsByPartition).Select(p => (ErrorCode)p.PartitionErrorCode)));

    private async Task ProduceAsync(int number, int request)
    {
        var topics = new List<ProduceRequest.TopicProduceData>
        {
            new()
            {
                Name = Plan.Out,
                PartitionData =
                [
                    .. Enumerable.Range(0, Plan.Partitions).Select(p => Data(
                        new(Plan.Out, p),
                        Enumerable.Range(0, Plan.Records(client, number, p)).Select(
                            i => ((byte[]?)null, Plan.Value(client, number, p, (request * 10) + i))))),
                ],
            },
            new()
            {
                Name = Plan.Table,
                PartitionData = [Data(new(Plan.Table, 0), [(Plan.Key(client, number), Plan.Value(client, number, 0, request))])],
            },
            new()
            {
                Name = Plan.Short,
                PartitionData = [Data(new(Plan.Short, 0), [(null, Plan.Value(client, number, 0, request))])],
            },
        };
        var produce = new ProduceRequest { TransactionalId = Plan.Id(client), Acks = -1, TimeoutMs = 10_000, TopicData = topics };
        await UntilAsync<ProduceRequest, ProduceResponse>(
            9, produce, r => First(r.Responses.SelectMany(t => t.PartitionResponses).Select(p => p.ErrorCode)));
    }

    private ProduceRequest.PartitionProduceData Data(TopicPartition partition, IEnumerable<(byte[]? Key, byte[] Value)> records)
    {
        var batch = new RecordBatchBuilder
        {
            ProducerId = _id,
            ProducerEpoch = _epoch,
            BaseSequence = _sequences.GetValueOrDefault(partition),
            IsTransactional = true,
        };
        foreach (var (key, value) in records)
            batch.Append(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), key, value);
        _sequences[partition] = _sequences.GetValueOrDefault(partition) + batch.Count;
        return new() { Index = partition.Partition, Records = new RecordData(batch.Build()) };
    }

    private async Task CommitOffsetAsync(int number)
    {
        await UntilAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
            3,
            new() { TransactionalId = Plan.Id(client), ProducerId = _id, ProducerEpoch = _epoch, GroupId = Plan.Group(client) },
            r => r.ErrorCode);
        await UntilAsync<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
            3,
            new()
            {
                TransactionalId = Plan.Id(client),
                GroupId = Plan.Group(client),
                ProducerId = _id,
                ProducerEpoch = _epoch,
                Topics = [new() { Name = Plan.In, Partitions = [new() { PartitionIndex = 0, CommittedOffset = number }] }],
            },
            r => First(r.Topics.SelectMany(t => t.Partitions).Select(p => p.ErrorCode)));
    }

    private async Task<Outcome?> EndAsync(bool commit, bool giveUp)
    {
        var request = new EndTxnRequest
        {
            TransactionalId = Plan.Id(client),
            ProducerId = _id,
            ProducerEpoch = _epoch,
            Committed = commit,
        };
        if (giveUp && await _wire.TryAskAsync<EndTxnRequest, EndTxnResponse>(3, request) is null)
            return commit ? Outcome.Unknown : Outcome.Aborted;
        await UntilAsync<EndTxnRequest, EndTxnResponse>(3, request, r => r.ErrorCode);
        return null;
    }

    private async Task<TResponse> UntilAsync<TRequest, TResponse>(short version, TRequest request, Func<TResponse, ErrorCode> error)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class, IResponse, new()
    {
        while (true)
        {
            var response = await _wire.AskAsync<TRequest, TResponse>(version, request);
            switch (error(response))
            {
                case ErrorCode.None:
                    return response;
                case ErrorCode.ConcurrentTransactions or ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable
                    or ErrorCode.CoordinatorLoadInProgress:
                    await Task.Delay(1, stop);
                    break;
                case var refused:
                    throw new InvalidOperationException($"{Plan.Id(client)}: {typeof(TRequest).Name} was answered with {refused}.");
            }
        }
    }

    private static ErrorCode First(IEnumerable<ErrorCode> errors) => errors.FirstOrDefault(e => e is not ErrorCode.None);
}
