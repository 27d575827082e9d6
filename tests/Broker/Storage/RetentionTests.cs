using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

public sealed class RetentionTests
{
    private static readonly int BatchBytes = TestLog.Batch("0123456789").Length;
    private static readonly TopicSettings TwoBatches = new() { SegmentBytes = 2 * BatchBytes, IndexIntervalBytes = 1 };

    [Fact]
    public async Task Segments_go_once_their_latest_record_is_older_than_is_kept()
    {
        using var test = new TestLog(settings: TwoBatches with { Retention = TimeSpan.FromSeconds(10) });
        var start = test.Clock.Now;
        foreach (var age in (int[])[50, 9, 40, 30, 20, 5]) // seconds; two to a segment
            Append(test, start - (age * 1000));
        Assert.Equal(3, test.Log.SegmentTimes.Count);
        Assert.Equal(0, await test.Log.ApplyRetentionAsync());

        // The first segment's latest record counts, and a younger segment keeps all that follow.
        test.Clock.Now = start + 1001;
        Assert.Equal(2, await test.Log.ApplyRetentionAsync());
        Assert.Equal(4, test.Log.LogStartOffset);
        Assert.Equal(ErrorCode.OffsetOutOfRange, Error(test, 3));
        Assert.Equal(2, test.ReadAll(4).Count);
        Assert.Equal(4, test.Log.FindFirstSince(0, ReadLimit.HighWatermark)!.Value.Offset);
    }

    [Fact]
    public async Task An_active_segment_that_is_too_old_is_closed_and_goes_too()
    {
        using var test = new TestLog(settings: TwoBatches with { Retention = TimeSpan.FromSeconds(10) });
        for (var i = 0; i < 3; i++)
            Append(test, test.Clock.Now);
        test.Clock.Now += 10_001;
        Assert.Equal(2, await test.Log.ApplyRetentionAsync());
        Assert.Equal((3L, 3L), (test.Log.LogStartOffset, test.Log.NextOffset));
        Assert.Equal(0, await test.Log.ApplyRetentionAsync());
        Assert.Equal(3, Append(test, test.Clock.Now).BaseOffset);
        using var again = test.Killed();
        Assert.Equal((3L, 4L), (again.Log.LogStartOffset, again.Log.NextOffset));
        Assert.Single(again.ReadAll(3));
    }

    [Fact]
    public async Task Segments_go_while_the_rest_is_still_as_large_as_is_kept()
    {
        using var test = new TestLog(settings: TwoBatches with { Retention = null, RetentionBytes = 5 * BatchBytes });
        for (var i = 0; i < 11; i++)
            Append(test, test.Clock.Now);
        Assert.Equal(3, await test.Log.ApplyRetentionAsync());
        Assert.Equal(6, test.Log.LogStartOffset);
        Assert.Equal(5 * BatchBytes, test.Log.Size);
        Assert.Equal(0, await test.Log.ApplyRetentionAsync());
    }

    [Fact]
    public async Task Nothing_goes_from_a_topic_that_is_only_compacted()
    {
        using var test = new TestLog(settings: TwoBatches with
        {
            Compact = true,
            Delete = false,
            Retention = TimeSpan.FromSeconds(1),
            RetentionBytes = 0,
        });
        for (var i = 0; i < 5; i++)
            Append(test, test.Clock.Now);
        test.Clock.Now += 100_000;
        Assert.Equal(0, await test.Log.ApplyRetentionAsync());
        Assert.Equal(5, test.ReadAll().Count);
    }

    [Fact]
    public async Task What_is_not_durable_is_kept()
    {
        using var test = new TestLog(settings: TwoBatches with { Retention = TimeSpan.FromSeconds(1), RetentionBytes = 0 }, flushImmediately: false);
        Append(test, 0);
        Append(test, 0);
        test.Flusher.Flush();
        Append(test, 0);
        var retention = test.Log.ApplyRetentionAsync();
        test.Flusher.Flush(); // the recovery point with the new start waits for it
        Assert.Equal(1, await retention);
        Assert.Equal(2, test.Log.LogStartOffset);
        Assert.Single(test.ReadAll(2));
    }

    [Fact]
    public async Task Records_without_timestamps_are_as_old_as_their_file()
    {
        using var test = new TestLog(settings: TwoBatches with { Retention = TimeSpan.FromSeconds(10) });
        Append(test, -1);
        test.Clock.Now += 5_000;
        Append(test, -1);
        Append(test, -1);
        test.Clock.Now += 10_000;
        Assert.Equal(0, await test.Log.ApplyRetentionAsync());
        test.Clock.Now += 1;
        Assert.Equal(2, await test.Log.ApplyRetentionAsync());
    }

    [Fact]
    public async Task Files_of_removed_segments_stay_for_a_while_and_never_come_back()
    {
        using var test = new TestLog(settings: TwoBatches with { Retention = null, RetentionBytes = 0, FileDeleteDelay = TimeSpan.FromSeconds(60) });
        for (var i = 0; i < 5; i++)
            Append(test, test.Clock.Now);
        Assert.Equal(3, await test.Log.ApplyRetentionAsync());
        Assert.InRange(Deleted(test.Disk), 6, 9);
        using (var again = new TestLog(test.Disk.Kill(), test.Settings))
        {
            Assert.Equal(0, Deleted(again.Disk));
            Assert.Equal(5, again.Log.LogStartOffset);
        }

        using var other = new TestLog(settings: test.Settings);
        for (var i = 0; i < 5; i++)
            Append(other, other.Clock.Now);
        await other.Log.ApplyRetentionAsync();
        other.Clock.Now += 59_999;
        other.Log.DeleteRemovedFiles();
        Assert.InRange(Deleted(other.Disk), 6, 9);
        other.Clock.Now += 1;
        other.Log.DeleteRemovedFiles();
        Assert.Equal(0, Deleted(other.Disk));

        static int Deleted(SimulatedDisk disk) => disk.Files(TestLog.Folder).Count(file => LogFileNames.IsDeleted(file.Name));
    }

    [Fact]
    public async Task The_start_of_the_log_is_durable_wherever_the_power_is_cut()
    {
        for (var cut = 0; cut < 200; cut++)
        {
            using var test = new TestLog(settings: TwoBatches with { Retention = null, RetentionBytes = BatchBytes });
            for (var i = 0; i < 8; i++)
                Append(test, test.Clock.Now);
            var left = cut;
            test.Disk.Before = (_, _) =>
            {
                if (left-- <= 0)
                    throw new IOException("Power is going.");
            };
            long promised = 0;
            try
            {
                if (await test.Log.DeleteBeforeAsync(5) == ErrorCode.None)
                    promised = 5;
                await test.Log.ApplyRetentionAsync();
                promised = test.Log.LogStartOffset;
            }
            catch (IOException)
            {
                // The cut came in the middle.
            }

            test.Disk.Before = null;
            var done = left > 0;
            using var again = new TestLog(test.Disk.PowerCut(new Random(cut)), test.Settings);
            Assert.InRange(again.Log.LogStartOffset, promised, 8);
            Assert.Equal(8, again.Log.NextOffset);
            Assert.Equal(8 - (int)again.Log.LogStartOffset, again.ReadAll(again.Log.LogStartOffset).Count);
            if (done)
                return;
        }

        Assert.Fail("The cut never came too late.");
    }

    [Fact]
    public async Task A_start_that_could_not_be_made_durable_is_not_shown()
    {
        using var test = new TestLog(settings: TwoBatches);
        for (var i = 0; i < 5; i++)
            Append(test, test.Clock.Now);
        test.Disk.Before = (_, path) =>
        {
            if (path.Contains(LogFileNames.Snapshot, StringComparison.Ordinal))
                throw new IOException("The disk is full.");
        };
        await Assert.ThrowsAsync<IOException>(async () => await test.Log.DeleteBeforeAsync(3));
        Assert.Equal(0, test.Log.LogStartOffset);
        Assert.Equal(5, test.ReadAll().Count);
        test.Disk.Before = null;
        Assert.Equal(ErrorCode.None, await test.Log.DeleteBeforeAsync(3));
        Assert.Equal(3, test.Log.LogStartOffset);
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(6, false)]
    [InlineData(5, true)]
    [InlineData(0, true)]
    public async Task Only_what_is_there_can_be_deleted(long offset, bool possible)
    {
        var expected = possible ? ErrorCode.None : ErrorCode.OffsetOutOfRange;
        using var test = new TestLog(settings: TwoBatches);
        for (var i = 0; i < 5; i++)
            Append(test, test.Clock.Now);
        Assert.Equal(expected, await test.Log.DeleteBeforeAsync(offset));
        Assert.Equal(expected == ErrorCode.None ? offset : 0, test.Log.LogStartOffset);
    }

    [Fact]
    public async Task The_aborted_transactions_go_with_their_segments_and_producers_stay_known()
    {
        using var test = new TestLog(settings: new() { SegmentBytes = 400 });
        test.Append(7, 0, 0, transactional: true);
        test.End(7, 0, commit: false);
        for (var i = 0; i < 10; i++)
            Append(test, test.Clock.Now);
        test.Append(7, 0, 1, transactional: true);
        test.End(7, 0, commit: false);
        await test.Log.DeleteBeforeAsync(9);
        Assert.DoesNotContain(test.Disk.Files(TestLog.Folder), file => file.Name == LogFileNames.Of(0, LogFileNames.AbortedIndex));
        using (var read = test.Log.Read(12, 1 << 20, ReadLimit.LastStable, atLeastOne: true))
            Assert.Equal([12L], read.Aborted!.Select(aborted => aborted.FirstOffset));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, test.Append(7, 0, 9, transactional: true).Error);
        using var again = test.Killed();
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, again.Append(7, 0, 9, transactional: true).Error);
        Assert.Equal(ErrorCode.None, again.Append(7, 0, 2, transactional: true).Error);
    }

    [Fact]
    public async Task An_open_transaction_before_the_start_of_the_log_does_not_hold_readers_before_it()
    {
        using var test = new TestLog(settings: TwoBatches with { Retention = null, RetentionBytes = 0 });
        test.Append(7, 0, 0, transactional: true);
        Append(test, test.Clock.Now);
        Append(test, test.Clock.Now);
        Assert.Equal(0, test.Log.LastStableOffset);
        Assert.Equal(2, await test.Log.ApplyRetentionAsync());
        Assert.Equal((3L, 3L), (test.Log.LogStartOffset, test.Log.LastStableOffset));
        test.End(7, 0, commit: true);
        Assert.Equal(4, test.Log.LastStableOffset);
    }

    [Fact]
    public void Segments_are_closed_by_size_by_time_and_by_full_indexes()
    {
        Assert.Equal([0L, 2L, 4L], Bases(TwoBatches, 1));
        Assert.Equal([0L, 3L], Bases(new() { SegmentAge = TimeSpan.FromMilliseconds(2) }, 1));
        Assert.Equal([0L, 4L], Bases(new() { IndexIntervalBytes = 1, IndexBytes = 36 }, 1));
        Assert.Equal([0L], Bases(new() { SegmentAge = TimeSpan.FromMilliseconds(2) }, 0));

        static IEnumerable<long> Bases(TopicSettings settings, int step)
        {
            using var test = new TestLog(settings: settings);
            for (var i = 0; i < 6; i++)
                Append(test, 1000 + (i * step));
            return test.Log.SegmentTimes.Select(segment => segment.BaseOffset);
        }
    }

    [Fact]
    public void The_jitter_shortens_the_age_of_segments_but_not_below_nothing()
    {
        var age = TimeSpan.FromMilliseconds(1000);
        using var test = new TestLog(settings: new() { SegmentAge = age, SegmentJitter = TimeSpan.FromMilliseconds(900) });
        for (var i = 0; i < 100_000; i += 10)
            Append(test, i);
        var lengths = test.Log.SegmentTimes.Zip(test.Log.SegmentTimes.Skip(1), (a, b) => (b.BaseOffset - a.BaseOffset) * 10).ToList();
        Assert.All(lengths, length => Assert.InRange(length, 100, 1010));
        Assert.True(lengths.Distinct().Count() > 10);
    }

    private static AppendResult Append(TestLog test, long timestamp) =>
        test.Log.Append(TestLog.Batch(timestamp, "0123456789"), AppendOrigin.Client);

    private static ErrorCode Error(TestLog test, long offset)
    {
        using var read = test.Log.Read(offset, 1000, ReadLimit.HighWatermark, atLeastOne: true);
        return read.Error;
    }
}
