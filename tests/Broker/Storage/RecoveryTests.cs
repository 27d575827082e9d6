using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

public sealed class RecoveryTests
{
    private static readonly string LogFile = Path.Combine(TestLog.Folder, LogFileNames.Of(0, LogFileNames.Log));

    [Fact]
    public void A_tail_torn_at_any_byte_is_cut_and_the_log_goes_on()
    {
        using var test = new TestLog();
        test.Append("a");
        test.Append("b", "c");
        var whole = test.Disk.Content(LogFile).Length;
        test.Append("torn", "apart");
        var disk = test.Disk.Kill();
        var content = disk.Content(LogFile);
        for (var length = whole; length < content.Length; length++)
        {
            disk.Put(LogFile, content[..length]);
            CutAndGoOn(disk);

            // The file system may have made the file longer before it wrote the bytes; the batch itself may end with zeros.
            if (content.AsSpan(length).IndexOfAnyExcept((byte)0) < 0)
                continue;
            disk.Put(LogFile, [.. content[..length], .. new byte[content.Length - length + 100]]);
            CutAndGoOn(disk);
        }

        void CutAndGoOn(SimulatedDisk torn)
        {
            using var again = new TestLog(torn.Kill());
            Assert.Equal(["0=a", "1=b", "2=c"], again.ReadAll());
            Assert.Equal(3, again.Append("d").BaseOffset);
            Assert.Equal(["0=a", "1=b", "2=c", "3=d"], again.ReadAll());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_segment_whose_name_was_never_synced_is_not_trusted_to_be_there(bool withCheckpoint)
    {
        // The write fails right after the roll, so that the new file is there and empty when the process ends.
        var settings = new TopicSettings { SegmentBytes = 100 };
        using var test = new TestLog(settings: settings);
        test.Append("first");
        if (withCheckpoint)
            await test.Log.CheckpointAsync();
        var second = Path.Combine(TestLog.Folder, LogFileNames.Of(1, LogFileNames.Log));
        test.Disk.Before = (operation, path) =>
        {
            if (operation == "write" && path == second)
                throw new IOException("The disk is full.");
        };
        Assert.Equal(ErrorCode.KafkaStorageError, test.Append("second").Error);
        test.Disk.Before = null;
        using var again = test.Killed();
        Assert.True(again.Disk.FileExists(second));
        Assert.Equal(1, again.Append("second").BaseOffset);
        Assert.Equal(2, again.Log.HighWatermark);
        using var last = new TestLog(again.Disk.PowerCut(new Random(1)), settings);
        Assert.Equal(["0=first", "1=second"], last.ReadAll());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_fails_around_a_roll_what_is_acknowledged_after_a_kill_survives_a_power_cut(bool withCheckpoint)
    {
        var settings = new TopicSettings { SegmentBytes = 100, IndexIntervalBytes = 0 };
        var failures = 0;
        for (var failing = 0; failing < 12; failing++)
        {
            for (var seed = 0; seed < 4; seed++)
            {
                using var test = new TestLog(settings: settings);
                test.Append("first");
                if (withCheckpoint)
                    await test.Log.CheckpointAsync();
                var left = failing;
                test.Disk.Before = (_, _) =>
                {
                    if (left-- != 0)
                        return;
                    failures++;
                    throw new IOException("Only this once.");
                };
                test.Append("second");
                var acknowledged = test.Log.HighWatermark;
                test.Disk.Before = null;
                using var again = test.Killed();
                Assert.True(again.Log.HighWatermark >= acknowledged);
                Assert.Equal(ErrorCode.None, again.Append("third").Error);
                var expected = again.ReadAll();
                Assert.Equal(again.Log.NextOffset, again.Log.HighWatermark);
                using var last = new TestLog(again.Disk.PowerCut(new Random(seed)), settings);
                Assert.Equal(expected, last.ReadAll());
            }
        }

        Assert.InRange(failures, 4 * 4, 12 * 4);
    }

    [Fact]
    public void An_empty_file_of_a_log_that_was_never_written_is_not_trusted_to_be_there()
    {
        using var test = new TestLog();
        var log = Path.Combine(TestLog.Folder, LogFileNames.Of(0, LogFileNames.Log));
        test.Disk.Before = (operation, path) =>
        {
            if (operation == "write" && path == log)
                throw new IOException("The disk is full.");
        };
        Assert.Equal(ErrorCode.KafkaStorageError, test.Append("x").Error);
        test.Disk.Before = null;
        using var again = test.Killed();
        Assert.Equal(0, again.Append("x").BaseOffset);
        using var last = new TestLog(again.Disk.PowerCut(new Random(1)));
        Assert.Equal(["0=x"], last.ReadAll());
    }

    [Fact]
    public async Task After_an_orderly_stop_nothing_is_synced_and_no_file_is_opened()
    {
        var test = new TestLog(settings: new() { SegmentBytes = 500, IndexIntervalBytes = 50 });
        for (var i = 0; i < 30; i++)
            test.Append(7, 0, i);
        await test.Log.CloseAsync();
        var disk = test.Disk.Kill();
        var (before, opened) = (disk.Syncs, new List<string>());
        disk.Before = (operation, path) =>
        {
            Assert.NotEqual("sync", operation);
            Assert.NotEqual("syncdir", operation);
            if (operation == "open")
                opened.Add(path);
        };
        using var again = new TestLog(disk, test.Settings, syncFolder: false);
        Assert.Equal((30L, 30L), (again.Log.NextOffset, again.Log.HighWatermark));
        Assert.Equal((0, before), (opened.Count, disk.Syncs));
    }

    [Fact]
    public void A_bit_turned_in_the_last_batch_is_found_out_wherever_it_is()
    {
        using var test = new TestLog();
        test.Append("a");
        var start = test.Disk.Content(LogFile).Length;
        test.Append("damaged");
        var disk = test.Disk.Kill();
        var content = disk.Content(LogFile);
        for (var at = start; at < content.Length; at++)
        {
            // The leader's epoch is covered by nothing and means nothing.
            if (at - start is >= BatchLayout.PartitionLeaderEpoch and < BatchLayout.Magic)
                continue;
            var damaged = content[..];
            damaged[at] ^= 0x10;
            disk.Put(LogFile, damaged);
            using var again = new TestLog(disk.Kill());
            Assert.Equal(["0=a"], again.ReadAll());
        }
    }

    [Fact]
    public async Task After_an_orderly_stop_nothing_is_read_again()
    {
        var test = new TestLog(settings: new() { SegmentBytes = 500, IndexIntervalBytes = 50 });
        for (var i = 0; i < 30; i++)
            test.Append(7, 0, i);
        await test.Log.CloseAsync();
        var disk = test.Disk.Kill();
        var reads = 0;
        disk.Before = (operation, _) => reads += operation == "truncate" ? 0 : 1;
        using var again = new TestLog(disk, test.Settings);
        Assert.Equal(30, again.Log.NextOffset);
        Assert.Equal(29, again.Append(7, 0, 29).BaseOffset);
        Assert.Equal(30, again.ReadAll().Count);
        Assert.Equal(0, again.Log.BytesSinceCheckpoint);
    }

    [Fact]
    public void Producers_and_transactions_are_rebuilt_without_a_recovery_point()
    {
        using var test = new TestLog(settings: new() { SegmentBytes = 400 });
        test.Append(7, 2, 0, transactional: true);
        test.Append(8, 0, 0, transactional: true);
        test.End(7, 2, commit: false);
        for (var i = 0; i < 10; i++)
            test.Append(9, 0, i);
        using var again = test.Killed();
        Assert.Equal(1, again.Log.LastStableOffset);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, again.Append(7, 1, 0, transactional: true).Error);
        Assert.Equal(test.Log.NextOffset - 1, again.Append(9, 0, 9).BaseOffset);
        again.End(8, 0, commit: true);
        using var read = again.Log.Read(0, 1000, ReadLimit.LastStable, atLeastOne: true);
        Assert.Equal([(7L, 0L, 2L)], read.Aborted!.Select(a => (a.ProducerId, a.FirstOffset, a.LastOffset)));
    }

    [Fact]
    public async Task A_recovery_point_that_does_not_fit_the_files_is_passed_over()
    {
        using var test = new TestLog();
        test.Append(7, 0, 0);
        await test.Log.CheckpointAsync();
        test.Append(7, 0, 1);
        await test.Log.CheckpointAsync();
        test.Append(7, 0, 2);
        var disk = test.Disk.Kill();
        var newest = Path.Combine(TestLog.Folder, LogFileNames.Of(2, LogFileNames.Snapshot));
        var damaged = disk.Content(newest);
        damaged[^1] ^= 1;
        disk.Put(newest, damaged);
        using var again = new TestLog(disk);
        Assert.Equal(3, again.Log.NextOffset);
        Assert.Equal(0, again.Append(7, 0, 0).BaseOffset);
    }

    [Fact]
    public async Task Index_entries_beyond_the_recovery_point_are_not_trusted()
    {
        using var test = new TestLog(settings: new() { IndexIntervalBytes = 100 });
        for (var i = 0; i < 10; i++)
            test.Log.Append(TestLog.Batch(1000 + i, $"value {i}"), AppendOrigin.Client);
        await test.Log.CheckpointAsync();
        var disk = test.Disk.Kill();

        // A power cut may keep entries of batches that it did not keep.
        Add(LogFileNames.OffsetIndex, [0, 0, 0, 12, 0, 0, 2, 0x33]);
        Add(LogFileNames.TimeIndex, [0, 0, 0, 0, 0, 0, 0x03, 0xF4, 0, 0, 0, 25]);
        using var again = new TestLog(disk, test.Settings);
        for (var i = 10; i < 30; i++)
            again.Log.Append(TestLog.Batch(1000 + i, $"value {i}"), AppendOrigin.Client);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal((i, 1000 + i), again.Log.FindFirstSince(1000 + i, ReadLimit.HighWatermark));
            Assert.Equal($"{i}=value {i}", again.ReadAll(i)[0]);
        }

        void Add(string kind, byte[] entry)
        {
            var path = Path.Combine(TestLog.Folder, LogFileNames.Of(0, kind));
            disk.Put(path, [.. disk.Content(path), .. entry]);
        }
    }

    [Fact]
    public async Task A_snapshot_round_trips()
    {
        using var test = new TestLog();
        test.Append(7, 1, int.MaxValue, transactional: true, count: 3);
        test.Append(8, 2, 0);
        await test.Log.CheckpointAsync();
        var content = test.Disk.Content(Path.Combine(TestLog.Folder, LogFileNames.Of(4, LogFileNames.Snapshot)));
        var snapshot = ProducerSnapshot.Decode(content)!;
        Assert.Equal(content, snapshot.Encode());
        Assert.Equal([7L, 8L], snapshot.Producers.Select(producer => producer.ProducerId).Order());
        for (var at = 0; at < content.Length; at++)
        {
            var damaged = content[..];
            damaged[at] ^= 1;
            Assert.Null(ProducerSnapshot.Decode(damaged));
            Assert.Null(ProducerSnapshot.Decode(content[..at]));
        }
    }
}
