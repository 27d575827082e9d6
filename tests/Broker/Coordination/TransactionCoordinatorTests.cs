using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

public sealed class TransactionCoordinatorTests : IDisposable
{
    private const int Timeout = 60_000;
    private static readonly TopicPartition Zero = new("t", 0);
    private static readonly TopicPartition One = new("t", 1);
    private static readonly Committer Nobody = new(-1, "", null);
    private readonly CoordinatorHost _host = new();

    public TransactionCoordinatorTests() => _host.CreateTopic("t", 2);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Markers_end_the_transaction_in_every_partition()
    {
        var producer = await InitAsync();
        await AddAsync(producer, Zero, One);
        Write(producer, Zero);
        Write(producer, One);
        Assert.Equal(0, _host.Log(Zero).LastStableOffset);

        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", producer, commit: true));

        Assert.Equal(2, _host.Log(Zero).LastStableOffset);
        Assert.Equal(2, _host.Log(One).LastStableOffset);
        Assert.Equal(TransactionStatus.CompleteCommit, _host.Transactions.Find("x")!.Status);
        await AddAsync(producer, Zero);
    }

    [Fact]
    public async Task A_decision_is_durable_before_its_markers_are_written()
    {
        var producer = await InitAsync();
        await AddAsync(producer, Zero);
        Write(producer, Zero);
        _host.Flusher.Hold();

        var end = _host.Transactions.EndAsync("x", producer, commit: true).AsTask();

        Assert.Equal(1, _host.Log(Zero).NextOffset);
        Assert.Equal(ErrorCode.ConcurrentTransactions, _host.Transactions.Verify("x", producer, Zero));
        _host.Flusher.Release();
        Assert.Equal(ErrorCode.None, await end);
        Assert.Equal(2, _host.Log(Zero).NextOffset);
    }

    [Fact]
    public async Task Who_asks_before_it_is_complete_is_told_to_wait()
    {
        var producer = await InitAsync();
        await AddAsync(producer, Zero);
        _host.Flusher.Hold();
        var end = _host.Transactions.EndAsync("x", producer, commit: true).AsTask();
        var again = _host.Transactions.EndAsync("x", producer, commit: true).AsTask();
        var add = _host.Transactions.AddPartitionsAsync("x", producer, [One]).AsTask();
        _host.Flusher.Release();
        Assert.Equal(ErrorCode.None, await end);
        Assert.Equal(ErrorCode.ConcurrentTransactions, await again);
        Assert.Equal(ErrorCode.ConcurrentTransactions, await add);
    }

    [Fact]
    public async Task Writing_begins_when_the_partition_is_durably_added()
    {
        var producer = await InitAsync();
        _host.Flusher.Hold();
        var add = _host.Transactions.AddPartitionsAsync("x", producer, [Zero]).AsTask();
        Assert.Equal(ErrorCode.TransactionAbortable, _host.Transactions.Verify("x", producer, Zero));
        _host.Flusher.Release();
        await add;
        Assert.Equal(ErrorCode.None, _host.Transactions.Verify("x", producer, Zero));
        Assert.Equal(ErrorCode.TransactionAbortable, _host.Transactions.Verify("x", producer, One));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, _host.Transactions.Verify("y", producer, Zero));
    }

    [Fact]
    public async Task A_prepared_transaction_is_completed_after_a_restart()
    {
        var producer = await InitAsync();
        var offsets = _host.Groups.PartitionOf("g");
        await AddAsync(producer, Zero, offsets);
        Write(producer, Zero);
        await CommitOffsetsAsync(producer, 9);
        // The decision reaches the log; the process ends before a marker does.
        var log = _host.Logs.Find(new TopicPartition(Topic.TransactionState, JavaHash.Partition("x", 4)))!;
        var prepared = _host.Transactions.Find("x")!.To(TransactionStatus.PrepareCommit, 0);
        var batch = new RecordBatchBuilder();
        batch.Append(0, TransactionRecordCodec.WriteKey("x"), TransactionRecordCodec.WriteValue(prepared));
        log.Append(batch.Build(), AppendOrigin.Coordinator);

        _host.Restart();

        Assert.Equal(TransactionStatus.CompleteCommit, _host.Transactions.Find("x")!.Status);
        Assert.Equal(2, _host.Log(Zero).LastStableOffset);
        Assert.Equal(9, (await FetchAsync()).Offset);
    }

    [Fact]
    public async Task Offsets_count_with_the_transaction_also_over_a_restart()
    {
        var producer = await InitAsync();
        await AddAsync(producer, _host.Groups.PartitionOf("g"));
        await CommitOffsetsAsync(producer, 4);
        Assert.Equal(ErrorCode.UnstableOffsetCommit, (await FetchAsync()).Error);
        _host.Restart();
        Assert.Equal(ErrorCode.UnstableOffsetCommit, (await FetchAsync()).Error);
        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", producer, commit: true));
        Assert.Equal(4, (await FetchAsync()).Offset);
        _host.Restart();
        Assert.Equal(4, (await FetchAsync()).Offset);
    }

    [Fact]
    public async Task Offsets_outside_a_transaction_are_refused()
    {
        var producer = await InitAsync();
        var results = await _host.Groups.CommitTransactionalAsync(
            "g", Nobody, producer, [(Zero, new CommittedOffset(1, -1, "", 0))],
            p => _host.Transactions.Verify("x", producer, p));
        Assert.Equal(ErrorCode.TransactionAbortable, results[0].Error);
        Assert.Equal(ErrorCode.None, (await FetchAsync()).Error);
    }

    [Fact]
    public async Task A_new_client_aborts_what_the_old_one_left_and_fences_it()
    {
        var old = await InitAsync();
        await AddAsync(old, Zero);
        Write(old, Zero);

        var producer = await InitAsync();

        Assert.Equal(old with { Epoch = 2 }, producer);
        Assert.Equal(2, _host.Log(Zero).LastStableOffset);
        Assert.Equal(ErrorCode.ProducerFenced, await _host.Transactions.EndAsync("x", old, commit: true));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, _host.Log(Zero).Append(Batch(old), AppendOrigin.Coordinator).Error);
    }

    [Fact]
    public async Task A_transaction_that_lasts_too_long_is_aborted_at_the_next_look()
    {
        var producer = await InitAsync();
        await AddAsync(producer, Zero);
        Write(producer, Zero);
        _host.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(TransactionStatus.Ongoing, _host.Transactions.Find("x")!.Status);
        _host.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TransactionStatus.CompleteAbort, _host.Transactions.Find("x")!.Status);
        Assert.Equal(2, _host.Log(Zero).LastStableOffset);
        Assert.Equal(ErrorCode.ProducerFenced, await _host.Transactions.EndAsync("x", producer, commit: true));
    }

    [Fact]
    public async Task Partitions_tell_of_their_producers()
    {
        var producer = await InitAsync();
        await AddAsync(producer, Zero);
        Write(producer, Zero);
        Assert.Equal(
            new KnownProducer(producer.Id, 0, 0, 0, -1, 0), Assert.Single(_host.Log(Zero).DescribeProducers()));
        await _host.Transactions.EndAsync("x", producer, commit: true);
        var ended = Assert.Single(_host.Log(Zero).DescribeProducers());
        Assert.Equal((0, -1L), (ended.CoordinatorEpoch, ended.TransactionStart));
    }

    [Fact]
    public async Task An_id_that_nobody_uses_is_forgotten()
    {
        await InitAsync();
        _host.Time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromHours(1));
        Assert.Null(_host.Transactions.Find("x"));
        _host.Restart();
        Assert.Equal(0, _host.Transactions.Count);
        Assert.Equal(0, (await InitAsync()).Epoch);
    }

    [Fact]
    public async Task A_topic_that_is_gone_holds_no_transaction_up()
    {
        var producer = await InitAsync();
        await AddAsync(producer, Zero);
        _host.Logs.Delete("t");
        Assert.Equal(ErrorCode.None, await _host.Transactions.EndAsync("x", producer, commit: true));
        Assert.Equal(TransactionStatus.CompleteCommit, _host.Transactions.Find("x")!.Status);
    }

    [Fact]
    public async Task Wrong_requests_are_refused()
    {
        Assert.Equal(ErrorCode.InvalidRequest, (await _host.Transactions.InitAsync("", Timeout, null)).Error);
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, (await _host.Transactions.InitAsync("x", 0, null)).Error);
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, (await _host.Transactions.InitAsync("x", 900_001, null)).Error);
        Assert.Equal(
            ErrorCode.InvalidProducerIdMapping, await _host.Transactions.EndAsync("nothing", new(1, 0), commit: true));
        Assert.Equal(ErrorCode.InvalidRequest, await _host.Transactions.EndAsync("", new(1, 0), commit: true));
    }

    private static byte[] Batch(ProducerIdentity producer)
    {
        var batch = new RecordBatchBuilder
        {
            ProducerId = producer.Id,
            ProducerEpoch = producer.Epoch,
            BaseSequence = 0,
            IsTransactional = true,
        };
        batch.Append(0, [1], [2]);
        return batch.Build();
    }

    private void Write(ProducerIdentity producer, TopicPartition partition)
    {
        Assert.Equal(ErrorCode.None, _host.Transactions.Verify("x", producer, partition));
        Assert.Equal(ErrorCode.None, _host.Log(partition).Append(Batch(producer), AppendOrigin.Client).Error);
    }

    private async Task<ProducerIdentity> InitAsync()
    {
        var (error, producer) = await _host.Transactions.InitAsync("x", Timeout, null);
        Assert.Equal(ErrorCode.None, error);
        return producer;
    }

    private async Task AddAsync(ProducerIdentity producer, params TopicPartition[] partitions) =>
        Assert.Equal(ErrorCode.None, await _host.Transactions.AddPartitionsAsync("x", producer, partitions));

    private async Task CommitOffsetsAsync(ProducerIdentity producer, long offset)
    {
        var results = await _host.Groups.CommitTransactionalAsync(
            "g", Nobody, producer, [(Zero, new CommittedOffset(offset, -1, "", 0))],
            p => _host.Transactions.Verify("x", producer, p));
        Assert.Equal(ErrorCode.None, results[0].Error);
    }

    private async Task<FetchedOffset> FetchAsync() =>
        (await _host.Groups.FetchAsync("g", [Zero], requireStable: true)).Offsets[0];
}
