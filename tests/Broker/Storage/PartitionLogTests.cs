using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

public sealed class PartitionLogTests
{
    private static readonly TopicSettings Small = new() { SegmentBytes = 1000, IndexIntervalBytes = 100 };

    [Fact]
    public void Records_come_back_with_ascending_offsets()
    {
        using var test = new TestLog();
        Assert.Equal(0, test.Append("a", "b").BaseOffset);
        Assert.Equal(2, test.Append("c").BaseOffset);
        Assert.Equal(["0=a", "1=b", "2=c"], test.ReadAll());
        Assert.Equal(["1=b", "2=c"], test.ReadAll(offset: 1));
    }

    [Fact]
    public void A_batch_is_stored_as_it_came_but_for_offset_and_leader_epoch()
    {
        using var test = new TestLog();
        test.Append("before");
        var batch = TestLog.Batch("a", "b");
        var expected = batch[..];
        BatchPatch.SetPlace(expected, 1, PartitionLog.LeaderEpoch);
        test.Log.Append(batch, AppendOrigin.Client);
        using var read = test.Log.Read(1, 1 << 20, ReadLimit.HighWatermark, atLeastOne: true);
        Assert.Equal(expected, read.Batches.ToArray());
    }

    [Fact]
    public void A_batch_that_holds_the_offset_comes_whole()
    {
        using var test = new TestLog();
        test.Append("a", "b", "c");
        using var read = test.Log.Read(2, 1 << 20, ReadLimit.HighWatermark, atLeastOne: true);
        Assert.Equal(0, new RecordBatch(read.Batches.Span).BaseOffset);
        Assert.Equal(3, read.NextOffset);
    }

    [Fact]
    public void The_first_batch_comes_even_when_it_is_larger_than_the_limit()
    {
        using var test = new TestLog();
        test.Append(new string('x', 500));
        using var read = test.Log.Read(0, 10, ReadLimit.HighWatermark, atLeastOne: true);
        Assert.Equal(1, read.NextOffset);
        using var none = test.Log.Read(0, 10, ReadLimit.HighWatermark, atLeastOne: false);
        Assert.True(none.Batches.IsEmpty);
    }

    [Fact]
    public void Only_whole_batches_within_the_limit_come()
    {
        using var test = new TestLog();
        var size = TestLog.Batch("a").Length;
        test.Append("a");
        test.Append("b");
        test.Append("c");
        using var read = test.Log.Read(0, (size * 2) + 30, ReadLimit.HighWatermark, atLeastOne: true);
        Assert.Equal(size * 2, read.Batches.Length);
        Assert.Equal(2, read.NextOffset);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void An_offset_outside_the_log_is_out_of_range(long offset)
    {
        using var test = new TestLog();
        test.Append("a", "b");
        using var read = test.Log.Read(offset, 1000, ReadLimit.HighWatermark, atLeastOne: true);
        Assert.Equal(ErrorCode.OffsetOutOfRange, read.Error);
    }

    [Fact]
    public async Task Records_are_seen_once_they_are_durable()
    {
        using var test = new TestLog(flushImmediately: false);
        var result = test.Append("a");
        var durable = test.Log.WaitDurableAsync(result.NextOffset).AsTask();
        Assert.False(durable.IsCompleted);
        Assert.Empty(test.ReadAll());
        Assert.Equal(["0=a"], test.ReadAll(limit: ReadLimit.LogEnd));
        test.Flusher.Flush();
        Assert.Equal(ErrorCode.None, await durable);
        Assert.Equal(["0=a"], test.ReadAll());
    }

    [Fact]
    public void Segments_are_rolled_by_size_and_every_offset_is_found_again()
    {
        using var test = new TestLog(settings: Small);
        var expected = Enumerable.Range(0, 200).Select(i => $"{i}=value {i}").ToList();
        for (var i = 0; i < 200; i++)
            test.Append($"value {i}");
        Assert.True(test.Log.SegmentTimes.Count > 10);
        for (var i = 0; i < 200; i++)
            Assert.Equal(expected[i..], test.ReadAll(i, maxBytes: 300));
    }

    [Fact]
    public void Segments_are_rolled_by_the_age_of_their_records()
    {
        using var test = new TestLog(settings: new() { SegmentAge = TimeSpan.FromHours(1) });
        test.Log.Append(TestLog.Batch(1_000_000, "a"), AppendOrigin.Client);
        test.Log.Append(TestLog.Batch(1_000_000 + 3_600_000, "b"), AppendOrigin.Client);
        Assert.Single(test.Log.SegmentTimes);
        test.Log.Append(TestLog.Batch(1_000_000 + 3_600_001, "c"), AppendOrigin.Client);
        Assert.Equal(2, test.Log.SegmentTimes.Count);
    }

    [Fact]
    public void The_first_record_at_or_after_a_time_is_found()
    {
        using var test = new TestLog(settings: Small);
        for (var i = 0; i < 100; i++)
            test.Log.Append(TestLog.Batch(1000 + (i * 10), $"v{i}"), AppendOrigin.Client);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal((i, 1000 + (i * 10)), test.Log.FindFirstSince(1000 + (i * 10), ReadLimit.HighWatermark));
            Assert.Equal((i, 1000 + (i * 10)), test.Log.FindFirstSince(1000 + (i * 10) - 9, ReadLimit.HighWatermark));
        }

        Assert.Null(test.Log.FindFirstSince(2000, ReadLimit.HighWatermark));
        Assert.Equal((99, 1990), test.Log.FindLatestTime(ReadLimit.HighWatermark));
    }

    [Fact]
    public void The_brokers_time_replaces_the_producers_where_it_counts()
    {
        using var test = new TestLog(settings: new() { LogAppendTime = true });
        var result = test.Append("a");
        using var read = test.Log.Read(0, 1000, ReadLimit.HighWatermark, atLeastOne: true);
        var batch = new RecordBatch(read.Batches.Span);
        Assert.Equal(test.Clock.Now, result.AppendTime);
        Assert.Equal(test.Clock.Now, batch.MaxTimestamp);
        Assert.True(batch.IsLogAppendTime);
        Assert.Equal(batch.Crc, batch.ComputeCrc());
    }

    [Fact]
    public async Task Deleted_records_are_gone_with_the_segments_before_them()
    {
        using var test = new TestLog(settings: Small);
        for (var i = 0; i < 100; i++)
            test.Append($"value {i}");
        var segments = test.Log.SegmentTimes.Count;
        Assert.Equal(ErrorCode.OffsetOutOfRange, await test.Log.DeleteBeforeAsync(101));
        Assert.Equal(ErrorCode.None, await test.Log.DeleteBeforeAsync(50));
        Assert.Equal(50, test.Log.LogStartOffset);
        Assert.True(test.Log.SegmentTimes.Count < segments);
        using (var read = test.Log.Read(49, 1000, ReadLimit.HighWatermark, atLeastOne: true))
            Assert.Equal(ErrorCode.OffsetOutOfRange, read.Error);
        Assert.Equal("50=value 50", test.ReadAll(50)[0]);

        using var again = test.Killed();
        Assert.Equal(50, again.Log.LogStartOffset);
        Assert.Equal("50=value 50", again.ReadAll(50)[0]);
    }

    [Fact]
    public void A_write_that_fails_appends_nothing_and_the_next_one_goes_on()
    {
        using var test = new TestLog();
        test.Append("a");
        test.Disk.Before = (operation, path) =>
        {
            if (operation == "write" && path.EndsWith(".log", StringComparison.Ordinal))
                throw new IOException("No space left on device");
        };
        Assert.Equal(ErrorCode.KafkaStorageError, test.Append("b").Error);
        test.Disk.Before = null;
        Assert.Equal(1, test.Append("c").BaseOffset);
        Assert.Equal(["0=a", "1=c"], test.ReadAll());
    }

    [Fact]
    public async Task A_sync_that_fails_acknowledges_nothing_and_takes_the_partition_offline()
    {
        using var test = new TestLog(flushImmediately: false);
        var first = test.Append("a");
        test.Disk.Before = (operation, _) =>
        {
            if (operation == "sync")
                throw new IOException("Input/output error");
        };
        var durable = test.Log.WaitDurableAsync(first.NextOffset).AsTask();
        test.Flusher.Flush();
        Assert.Equal(ErrorCode.KafkaStorageError, await durable);
        test.Disk.Before = null;

        // What the kernel did with the pages is unknown: a later sync that succeeds proves nothing.
        Assert.Equal(ErrorCode.KafkaStorageError, test.Append("b").Error);
        Assert.Equal(0, test.Log.HighWatermark);
    }

    [Fact]
    public async Task A_reader_is_woken_when_records_become_durable()
    {
        using var test = new TestLog(flushImmediately: false);
        var signal = new DataSignal();
        test.Log.Subscribe(signal);
        var waiting = signal.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
        test.Append("a");
        Assert.False(waiting.IsCompleted);
        test.Flusher.Flush();
        Assert.True(await waiting);
    }
}
