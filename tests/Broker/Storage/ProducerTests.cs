using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

public sealed class ProducerTests
{
    [Fact]
    public void A_batch_that_comes_again_gets_its_first_offset()
    {
        using var test = new TestLog();
        var offsets = Enumerable.Range(0, 5).Select(i => test.Append(7, 0, i * 2, count: 2).BaseOffset).ToList();
        for (var i = 0; i < 5; i++)
            Assert.Equal(offsets[i], test.Append(7, 0, i * 2, count: 2).BaseOffset);
        Assert.Equal(10, test.Log.NextOffset);
    }

    [Fact]
    public void Only_the_last_five_batches_are_remembered()
    {
        using var test = new TestLog();
        for (var i = 0; i < 6; i++)
            test.Append(7, 0, i);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, test.Append(7, 0, 0).Error);
        Assert.Equal(1, test.Append(7, 0, 1).BaseOffset);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public void A_gap_or_a_step_back_in_the_sequence_is_refused(int sequence)
    {
        using var test = new TestLog();
        test.Append(7, 0, 0);
        test.Append(7, 0, 1);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, test.Append(7, 0, sequence, count: 2).Error);
    }

    [Fact]
    public void An_unknown_producer_may_begin_with_any_sequence()
    {
        using var test = new TestLog();
        Assert.Equal(ErrorCode.None, test.Append(7, 3, 41).Error);
        Assert.Equal(ErrorCode.None, test.Append(7, 3, 42).Error);
    }

    [Fact]
    public void A_new_epoch_begins_with_sequence_0_and_shuts_the_old_one_out()
    {
        using var test = new TestLog();
        test.Append(7, 0, 0);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, test.Append(7, 1, 1).Error);
        Assert.Equal(ErrorCode.None, test.Append(7, 1, 0).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, test.Append(7, 0, 1).Error);
    }

    [Fact]
    public void Sequences_wrap_to_0_after_the_largest_number()
    {
        using var test = new TestLog();
        Assert.Equal(ErrorCode.None, test.Append(7, 0, int.MaxValue - 1, count: 3).Error);
        Assert.Equal(ErrorCode.None, test.Append(7, 0, 1).Error);
        Assert.Equal(ErrorCode.None, test.Append(7, 0, int.MaxValue - 1, count: 3).Error);
        Assert.Equal(4, test.Log.NextOffset);
    }

    [Fact]
    public void A_refusal_for_its_sequence_names_the_start_of_the_log()
    {
        using var test = new TestLog();
        test.Append(7, 0, 0);
        Assert.Equal(0, test.Append(7, 0, 9).LogStartOffset);
    }

    [Fact]
    public void Read_committed_ends_before_the_first_open_transaction()
    {
        using var test = new TestLog();
        test.Append("plain");
        test.Append(7, 0, 0, transactional: true);
        test.Append("later");
        Assert.Equal(1, test.Log.LastStableOffset);
        Assert.Equal(["0=plain"], test.ReadAll(limit: ReadLimit.LastStable));
        test.End(7, 0, commit: true);
        Assert.Equal(4, test.Log.LastStableOffset);
        Assert.Equal(["0=plain", "1=7:0", "2=later", "3=commit of 7"], test.ReadAll(limit: ReadLimit.LastStable));
    }

    [Fact]
    public void A_transaction_is_decided_when_its_marker_is_durable()
    {
        using var test = new TestLog(flushImmediately: false);
        test.Append(7, 0, 0, transactional: true);
        test.Flusher.Flush();
        test.End(7, 0, commit: false);
        test.Append(8, 0, 0, transactional: true);
        Assert.Equal(0, test.Log.LastStableOffset);
        test.Flusher.Flush();
        Assert.Equal(2, test.Log.LastStableOffset);
        test.End(8, 0, commit: true);
        test.Flusher.Flush();
        Assert.Equal(4, test.Log.LastStableOffset);
    }

    [Fact]
    public void A_marker_written_during_a_sync_decides_nothing_before_the_next()
    {
        using var test = new TestLog(flushImmediately: false);
        test.Append(7, 0, 0, transactional: true);
        IFlushable flushed = test.Log;
        var durableTo = flushed.BeginFlush(new FlushRound());
        test.End(7, 0, commit: true);
        flushed.EndFlush(durableTo, failure: null);
        Assert.Equal(1, test.Log.HighWatermark);
        Assert.Equal(0, test.Log.LastStableOffset);
        test.Flusher.Flush();
        Assert.Equal(2, test.Log.LastStableOffset);
    }

    [Fact]
    public void Aborted_transactions_are_named_from_any_segment_that_they_reach()
    {
        using var test = new TestLog(settings: new() { SegmentBytes = 300 });
        test.Append(7, 0, 0, transactional: true);
        test.Append(8, 0, 0, transactional: true);
        for (var i = 1; i < 20; i++)
            test.Append(7, 0, i, transactional: true);
        test.End(8, 0, commit: true);
        test.End(7, 0, commit: false);
        test.Append("after");
        Assert.True(test.Log.SegmentTimes.Count > 3);

        using var first = test.Log.Read(0, 100, ReadLimit.LastStable, atLeastOne: true);
        Assert.Equal([(7L, 0L)], first.Aborted!.Select(a => (a.ProducerId, a.FirstOffset)));
        using var middle = test.Log.Read(15, 100, ReadLimit.LastStable, atLeastOne: true);
        Assert.Equal([(7L, 0L)], middle.Aborted!.Select(a => (a.ProducerId, a.FirstOffset)));
        using var after = test.Log.Read(test.Log.NextOffset - 1, 100, ReadLimit.LastStable, atLeastOne: true);
        Assert.Empty(after.Aborted!);
        using var uncommitted = test.Log.Read(0, 100, ReadLimit.HighWatermark, atLeastOne: true);
        Assert.Null(uncommitted.Aborted);
    }

    [Fact]
    public void A_marker_with_a_higher_epoch_fences_the_producer()
    {
        using var test = new TestLog();
        test.Append(7, 0, 0, transactional: true);
        Assert.Equal(ErrorCode.None, test.End(7, 1, commit: false).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, test.Append(7, 0, 1, transactional: true).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, test.End(7, 0, commit: true).Error);
        Assert.Equal(ErrorCode.None, test.Append(7, 1, 0, transactional: true).Error);
    }

    [Fact]
    public void A_marker_of_an_older_coordinator_is_refused()
    {
        using var test = new TestLog();
        test.End(7, 0, commit: true, coordinatorEpoch: 5);
        Assert.Equal(ErrorCode.TransactionCoordinatorFenced, test.End(7, 0, commit: true, coordinatorEpoch: 4).Error);
    }

    [Fact]
    public void A_plain_batch_within_a_transaction_is_refused()
    {
        using var test = new TestLog();
        test.Append(7, 0, 0, transactional: true);
        Assert.Equal(ErrorCode.InvalidTxnState, test.Append(7, 0, 1).Error);
    }

    [Fact]
    public void A_transaction_begins_only_with_a_token_that_no_marker_has_voided()
    {
        using var test = new TestLog();
        Assert.Equal(ErrorCode.InvalidTxnState, Begin(null).Error);

        var voided = test.Log.BeginVerification(7, 0);
        test.End(7, 0, commit: false);
        Assert.Equal(ErrorCode.InvalidTxnState, Begin(voided).Error);

        var token = test.Log.BeginVerification(7, 0);
        Assert.Same(token, test.Log.BeginVerification(7, 0));
        Assert.Equal(ErrorCode.None, Begin(token).Error);
        Assert.Null(test.Log.BeginVerification(7, 0));

        AppendResult Begin(VerificationToken? verification) => test.Log.Append(
            TestLog.Batch(7, 0, 0, transactional: true, count: 1), AppendOrigin.Client, verification, requireVerification: true);
    }

    [Fact]
    public void A_coordinator_writes_without_sequences()
    {
        using var test = new TestLog();
        var batch = new RecordBatchBuilder { ProducerId = 7, ProducerEpoch = 0, IsTransactional = true };
        batch.Append(1, [1], [2]);
        Assert.Equal(ErrorCode.None, test.Log.Append(batch.Build(), AppendOrigin.Coordinator).Error);
        Assert.Equal(ErrorCode.None, test.Log.Append(batch.Build(), AppendOrigin.Coordinator).Error);
        Assert.Equal(0, test.Log.LastStableOffset);
    }

    [Fact]
    public void An_idle_producer_is_forgotten_unless_its_transaction_is_open()
    {
        using var test = new TestLog();
        test.Append(7, 5, 0);
        test.Append(8, 5, 0, transactional: true);
        test.Clock.Now += 60_001;
        test.Log.ExpireProducers(TimeSpan.FromMinutes(1));
        Assert.Equal(ErrorCode.None, test.Append(7, 0, 100).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, test.Append(8, 0, 1, transactional: true).Error);
    }

    [Fact]
    public async Task How_long_a_producer_is_silent_counts_over_a_restart()
    {
        using var first = new TestLog();
        first.Append(7, 5, 0);
        Assert.True(await first.Log.CloseAsync());
        using var test = new TestLog(first.Disk, syncFolder: false);
        test.Clock.Now = first.Clock.Now + 59_999;
        test.Log.ExpireProducers(TimeSpan.FromMinutes(1));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, test.Append(7, 0, 100).Error);
        test.Clock.Now += 2;
        test.Log.ExpireProducers(TimeSpan.FromMinutes(1));
        Assert.Equal(ErrorCode.None, test.Append(7, 0, 100).Error);
    }
}
