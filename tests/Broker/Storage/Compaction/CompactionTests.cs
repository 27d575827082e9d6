using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

public sealed class CompactionTests
{
    private const long Start = 1_700_000_000_000;

    [Fact]
    public async Task The_newest_record_of_each_key_stays_at_its_offset_with_its_time_and_headers()
    {
        using var test = new TestLog(settings: CompactedLog.Settings);
        test.Put(("a", "1"), ("b", "1"));
        test.Clock.Now++;
        test.Put(("a", "2"), ("c", "1"));
        test.Clock.Now++;
        test.Put(("b", "2"));
        test.Roll();
        var result = await test.CompactAsync();
        Assert.Equal(5, result!.Value.CleanedTo);
        Assert.Equal(
            [$"2:a=2@{Start + 1}", $"3:c=1@{Start + 1}", $"4:b=2@{Start + 2}"],
            test.Records()[..3]);
        Assert.Equal(6, test.Log.NextOffset);
        Assert.Null(await test.CompactAsync());

        // A reader that asks for what is gone gets what comes next.
        Assert.Equal(3, test.Records().Count(record => !record.Contains("roll", StringComparison.Ordinal)));
        using var read = test.Log.Read(0, 1, ReadLimit.HighWatermark, atLeastOne: true);
        Assert.Equal(2, new RecordBatch(read.Batches.Span).BaseOffset);
    }

    [Fact]
    public async Task The_active_segment_and_records_that_are_not_stable_stay_as_they_are()
    {
        using var test = new TestLog(settings: CompactedLog.Settings);
        test.Put(("a", "1"));
        test.Put(("a", "2"));
        Assert.Null(await test.CompactAsync());
        test.Roll();
        test.PutAs((7, 0, 0), [("a", "3")]);
        test.Roll();
        test.Put(("a", "4"));
        test.Roll();
        await test.CompactAsync();
        var records = test.Records();
        Assert.DoesNotContain(records, record => record.Contains("a=1@", StringComparison.Ordinal));
        Assert.Contains(records, record => record.Contains("a=2@", StringComparison.Ordinal));
        Assert.Contains(records, record => record.Contains("a=3@", StringComparison.Ordinal));
        test.End(7, 0, commit: true);
        test.Roll();
        await test.CompactAsync();
        Assert.Single(test.Records(), record => record.Contains(":a=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tombstones_stay_until_their_horizon_which_survives_a_restart()
    {
        var test = new TestLog(settings: CompactedLog.Settings);
        test.Put(("a", "1"), ("b", "1"));
        test.Put(("a", null));
        test.Roll();
        await test.CompactAsync();
        Assert.Equal([$"1:b=1@{Start}", $"2:a!@{Start}"], test.Records()[..2]);

        // A pass before the horizon keeps it and does not move the horizon.
        test = new TestLog(test.Disk.Kill(), test.Settings);
        test.Clock.Now = Start + 99_999;
        test.Roll();
        await test.CompactAsync();
        Assert.Contains($"2:a!@{Start}", test.Records());
        test = new TestLog(test.Disk.Kill(), test.Settings);
        test.Clock.Now = Start + 100_000;
        test.Roll();
        await test.CompactAsync();
        Assert.DoesNotContain($"2:a!@{Start}", test.Records());
        Assert.Equal($"1:b=1@{Start}", test.Records()[0]);
    }

    [Fact]
    public async Task A_key_that_comes_back_after_its_tombstone_is_kept()
    {
        using var test = new TestLog(settings: CompactedLog.Settings with { DeleteRetention = TimeSpan.Zero });
        for (var i = 0; i < 4; i++)
        {
            test.Put(("a", null));
            test.Put(("a", $"{i}"));
            test.Roll();
            await test.CompactAsync();
            Assert.Single(test.Records(), record => record.Contains($":a={i}@", StringComparison.Ordinal));
            Assert.Single(test.Records(), record => record.Contains(":a", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Records_of_aborted_transactions_go_at_once_and_markers_when_nothing_else_is_left()
    {
        using var test = new TestLog(settings: CompactedLog.Settings);
        test.Put(("a", "1"));
        test.PutAs((7, 0, 0), [("a", "wrong"), ("b", "wrong")]);
        test.PutAs((8, 0, 0), [("c", "1")]);
        test.End(7, 0, commit: false);
        test.End(8, 0, commit: true);
        test.PutAs((8, 0, 1), [("c", "2")]);
        test.End(8, 0, commit: true);
        test.Roll();
        await test.CompactAsync();

        // Producer 7's last batch stays, emptied, and so does its marker; of 8's first transaction only the marker is left.
        Assert.Equal(
            [$"0:a=1@{Start}", "4:abort", "5:commit", $"6:c=2@{Start}", "7:commit"], test.Records()[..5]);
        Assert.Equal([$"0:a=1@{Start}", "4:abort", "5:commit", $"6:c=2@{Start}", "7:commit"], test.Records(ReadLimit.LastStable)[..5]);
        test.Clock.Now += 100_001;
        test.Roll();
        await test.CompactAsync();
        test.Clock.Now += 100_001;
        test.Roll();
        await test.CompactAsync();
        Assert.Equal([$"0:a=1@{Start}", "4:abort", $"6:c=2@{Start}", "7:commit"], test.Records()[..4]);

        // Once the producer is forgotten nothing of it has to stay.
        test.Log.ExpireProducers(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
        {
            test.Clock.Now += 100_001;
            test.Roll();
            await test.CompactAsync();
        }

        Assert.Equal([$"0:a=1@{Start}", $"6:c=2@{Start}", "7:commit"], test.Records()[..3]);
    }

    [Fact]
    public async Task Producers_keep_their_sequence_and_their_transactions_when_only_the_compacted_log_is_left()
    {
        using var test = new TestLog(settings: CompactedLog.Settings);
        test.PutAs((7, 3, 0), [("a", "1"), ("b", "1")], transactional: false);
        test.PutAs((8, 1, 5), [("a", "wrong")]);
        test.End(8, 1, commit: false);
        test.End(9, 4, commit: true);
        test.Put(("a", "2"), ("b", "2"));
        test.Roll();
        await test.CompactAsync();
        var disk = test.Disk.Kill();
        foreach (var file in disk.Files(TestLog.Folder).Where(file => file.Name.EndsWith(LogFileNames.Snapshot, StringComparison.Ordinal)))
            disk.Delete(Path.Combine(TestLog.Folder, file.Name));
        using var again = new TestLog(disk, test.Settings);
        Assert.Equal(again.Log.NextOffset, again.Log.LastStableOffset);
        Assert.Equal(0, again.Append(7, 3, 0, count: 2).BaseOffset);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, again.Append(7, 3, 3).Error);
        Assert.Equal(ErrorCode.None, again.Append(7, 3, 2).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, again.Append(8, 0, 6, transactional: true).Error);
        Assert.Equal(ErrorCode.None, again.Append(8, 1, 6, transactional: true).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, again.Append(9, 3, 0, transactional: true).Error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Compressed_batches_are_compressed_again_in_their_own_way(byte type)
    {
        var compression = (CompressionType)type;
        Assert.True(CompressionCodec.Get(compression).IsAvailable);
        using var test = new TestLog(settings: CompactedLog.Settings);
        test.PutAs(null, [("a", "1"), ("b", "1"), ("c", null)], compression);
        test.PutAs(null, [("a", "2")], compression);
        test.Roll();
        await test.CompactAsync();
        Assert.Equal([$"1:b=1@{Start}", $"2:c!@{Start}", $"3:a=2@{Start}"], test.Records()[..3]);
        using var read = test.Log.Read(0, 1, ReadLimit.HighWatermark, atLeastOne: true);
        var batch = new RecordBatch(read.Batches.Span);
        Assert.Equal((compression, 0, 2), (batch.Compression, batch.BaseOffset, batch.LastOffset));
        Assert.Equal(Start + 100_000, batch.DeleteHorizon);
    }

    [Fact]
    public async Task Append_times_stay_where_the_brokers_clock_counts()
    {
        using var test = new TestLog(settings: CompactedLog.Settings with { LogAppendTime = true });
        test.Put(("a", "1"), ("b", null));
        test.Clock.Now += 5;
        test.Put(("a", "2"));
        test.Roll();
        test.Clock.Now += 5;
        await test.CompactAsync();
        Assert.Equal([$"1:b!@{Start}", $"2:a=2@{Start + 5}"], test.Records()[..2]);
    }

    [Fact]
    public async Task Small_neighbours_become_one_segment_and_lookups_go_on()
    {
        using var test = new TestLog(settings: CompactedLog.Settings);
        for (var i = 0; i < 200; i++)
        {
            test.Clock.Now++;
            test.Put(($"k{i % 10}", $"{i}"));
        }

        // The first pass makes segments small, the next finds them so.
        var before = test.Log.SegmentTimes.Count;
        await test.CompactAsync();
        test.Put(("k0", "0123456789"));
        test.Roll();
        var result = await test.CompactAsync();
        Assert.True(test.Log.SegmentTimes.Count < before / 3, $"{before} segments became {test.Log.SegmentTimes.Count}.");
        Assert.Equal(test.Log.SegmentTimes[^1].BaseOffset, result!.Value.CleanedTo);
        var records = test.Records();
        foreach (var offset in records.Select(record => int.Parse(record.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture)).TakeWhile(offset => offset < 200))
            Assert.Equal((offset, Start + offset + 1), test.Log.FindFirstSince(Start + offset + 1, ReadLimit.HighWatermark));
        Assert.Equal(Start + 200, test.Log.FindLatestTime(ReadLimit.HighWatermark)!.Value.Timestamp);
        using var again = test.Killed();
        Assert.Equal(records, again.Records());
    }

    [Fact]
    public async Task A_full_table_of_keys_ends_a_pass_and_the_next_goes_on_from_there()
    {
        using var test = new TestLog(settings: CompactedLog.Settings);
        for (var i = 0; i < 60; i++)
            test.Put(($"k{i % 20}", $"{i}"), ($"k{(i + 1) % 20}", $"+{i}"));
        test.Roll();
        var small = CompactedLog.Cleaner with { DedupeBufferBytes = KeyOffsets.SlotBytes * 6, LoadFactor = 0.5 };
        long cleaned = 0;
        for (var pass = 0; pass < 200 && await test.CompactAsync(small) is { } result; pass++)
        {
            Assert.True(result.CleanedTo > cleaned);
            cleaned = result.CleanedTo;
        }

        Assert.Equal(test.Log.SegmentTimes[^1].BaseOffset, cleaned);
        var keys = test.Records().Select(record => record.Split(':')[1].Split('=')[0]).Where(key => key != "roll").ToList();
        Assert.Equal(20, keys.Count);
        Assert.Equal(20, keys.Distinct().Count());
    }

    [Fact]
    public void The_table_of_keys_takes_no_more_memory_than_it_may()
    {
        var keys = new KeyOffsets(KeyOffsets.CapacityOf(24 * 1000, 0.9), 0.9);
        Assert.Equal(900, keys.Capacity);
        for (var i = 0; i < 900; i++)
            Assert.True(keys.TryPut(BitConverter.GetBytes(i), i));
        Assert.False(keys.TryPut("new"u8, 1));
        Assert.True(keys.TryPut(BitConverter.GetBytes(5), 1000));
        for (var i = 0; i < 900; i++)
            Assert.Equal(i == 5 ? 1000 : i, keys.Find(BitConverter.GetBytes(i)));
        Assert.Equal(-1, keys.Find("new"u8));
        Assert.Equal(-1, new KeyOffsets(1, 0.9).Find([]));
    }

    [Fact]
    public async Task Compaction_waits_until_enough_is_dirty_or_something_is_overdue()
    {
        using var test = new TestLog(settings: CompactedLog.Settings with { MinCleanableRatio = 0.9 });
        for (var i = 0; i < 40; i++)
            test.Put(($"k{i}", "0123456789"));
        Assert.NotNull(await test.CompactAsync());
        test.Put(("k1", "2"));
        test.Roll();
        Assert.Null(await test.CompactAsync());
        test.Log.Settings = test.Settings with { MaxCompactionLag = TimeSpan.FromSeconds(10) };
        test.Clock.Now += 10_000;
        Assert.Null(await test.CompactAsync());
        test.Clock.Now++;
        Assert.NotNull(await test.CompactAsync());
    }

    [Fact]
    public async Task Records_younger_than_the_least_lag_stay_as_they_are()
    {
        using var test = new TestLog(settings: CompactedLog.Settings with { MinCompactionLag = TimeSpan.FromSeconds(10) });
        test.Put(("a", "1"));
        test.Put(("a", "2"));
        test.Roll();
        test.Clock.Now += 9_999;
        test.Put(("a", "3"));
        test.Put(("a", "4"));
        test.Roll();
        Assert.Null(await test.CompactAsync());
        test.Clock.Now += 1;
        await test.CompactAsync();
        Assert.Equal(["1:a=2", "3:a=3", "4:a=4"], test.Records().Where(record => record.Contains(":a", StringComparison.Ordinal)).Select(record => record.Split('@')[0]));
    }

    [Fact]
    public async Task A_topic_that_is_compacted_and_deleted_loses_old_segments_as_well()
    {
        using var test = new TestLog(settings: CompactedLog.Settings with { Delete = true, Retention = TimeSpan.FromSeconds(10) });
        test.Put(("a", "1"));
        test.Put(("a", "2"));
        test.Roll();
        test.Clock.Now += 8_000;
        test.Put(("b", "1"));
        test.Roll();
        await test.CompactAsync();
        test.Clock.Now += 3_000;
        Assert.True(await test.Log.ApplyRetentionAsync() > 0);
        Assert.DoesNotContain(test.Records(), record => record.Contains(":a", StringComparison.Ordinal));
        Assert.Contains(test.Records(), record => record.Contains(":b=1", StringComparison.Ordinal));
        Assert.True(test.Log.LogStartOffset > 1);
        test.Put(("b", "2"));
        test.Roll();
        await test.CompactAsync();
        Assert.DoesNotContain(test.Records(), record => record.Contains(":b=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_that_cannot_be_read_leaves_the_log_as_it_is()
    {
        using var test = new TestLog(settings: CompactedLog.Settings);
        test.Put(("a", "1"));
        var batch = new RecordBatchBuilder();
        batch.Append(Start, [1], [2]);
        var damaged = batch.Build();
        damaged[BatchLayout.Attributes + 1] |= (byte)CompressionType.Gzip;
        BatchPatch.RenewCrc(damaged);
        Assert.Equal(ErrorCode.None, test.Log.Append(damaged, AppendOrigin.Client).Error);
        test.Put(("a", "2"));
        test.Roll();
        Assert.Null(await test.CompactAsync());
        Assert.Null(test.Log.PlanCompaction());
        Assert.Equal(0, test.Log.CleanedTo);
        Assert.DoesNotContain(test.Disk.Files(TestLog.Folder), file => LogFileNames.IsCleaned(file.Name));
        Assert.Equal(0, new RecordBatch(Read(test, 0)).BaseOffset);
    }

    [Fact]
    public async Task What_stays_as_it_is_is_not_exchanged()
    {
        using var test = new TestLog(settings: CompactedLog.Settings with { SegmentBytes = 620 });
        for (var i = 0; i < 30; i++)
            test.Put(($"key {i}", "0123456789"));
        var renamed = 0;
        test.Disk.Before = (operation, path) => renamed += operation == "rename" && path.EndsWith(LogFileNames.Log, StringComparison.Ordinal) ? 1 : 0;
        var result = await test.CompactAsync();
        Assert.Equal((result!.Value.BytesBefore, 0), (result.Value.BytesAfter, renamed));
    }

    private static byte[] Read(TestLog test, long offset)
    {
        using var read = test.Log.Read(offset, 1, ReadLimit.HighWatermark, atLeastOne: true);
        return read.Batches.ToArray();
    }
}
