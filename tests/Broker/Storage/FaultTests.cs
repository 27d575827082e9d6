using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>
/// The same work again and again, and each time another operation of the disk fails; the log goes on by itself, in the same
/// process. What was acknowledged is there afterwards, in the process and after its end or a power cut, and nothing else
/// but what was written, in order.
/// </summary>
public sealed class FaultTests
{
    private const int Steps = 70;
    private static readonly TopicSettings Small = new() { SegmentBytes = 1500, IndexIntervalBytes = 100, LogAppendTime = true };

    [Theory]
    [InlineData("write", 1, false)]
    [InlineData("write", 1, true)]
    [InlineData("write", 7, true)]
    [InlineData("sync", 1, false)]
    [InlineData("sync", 1, true)]
    [InlineData("sync", 3, true)]
    [InlineData("syncdir", 1, false)]
    [InlineData("open", 1, false)]
    [InlineData("open", 4, false)]
    [InlineData("truncate", 1, false)]
    [InlineData("rename", 1, false)]
    [InlineData("delete", 1, false)]
    [InlineData("", 1, true)]
    [InlineData("", 5, true)]
    public async Task A_fault_at_any_operation_costs_nothing_acknowledged(string operation, int failures, bool halfDone)
    {
        for (var at = 0; ; at++)
        {
            var reached = false;
            for (var seed = 1; seed <= 2; seed++)
                reached |= await RunAsync(operation, at, failures, halfDone, seed);
            if (!reached)
                return;
        }
    }

    [Fact]
    public async Task Faults_at_random_operations_cost_nothing_acknowledged()
    {
        for (var seed = 0; seed < 120; seed++)
        {
            var random = new Random(seed);
            var model = new LogModel();
            var disk = new SimulatedDisk { HalfDone = random };
            for (var life = 0; life < 3; life++)
            {
                using var test = new TestLog(disk, Small, flushImmediately: false);
                model.Compare(test);
                disk.Before = (_, _) =>
                {
                    if (random.Next(25) == 0)
                        throw new IOException("It fails now and then.");
                };
                await WorkAsync(test, model, random);
                disk.Before = null;
                Recover(test, model);
                disk = random.Next(2) == 0 ? disk.PowerCut(random) : disk.Kill();
                disk.HalfDone = random;
            }
        }
    }

    [Fact]
    public void A_full_disk_refuses_records_keeps_reads_and_takes_records_again_when_there_is_room()
    {
        var disk = new SimulatedDisk { Capacity = 20_000 };
        using var test = new TestLog(disk, Small);
        var written = 0;
        while (test.Append("0123456789").Error == ErrorCode.None)
            written++;
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(ErrorCode.KafkaStorageError, test.Append("0123456789").Error);
            Assert.Equal(written, test.ReadAll().Count);
            Assert.Equal(written, test.Log.NextOffset);
        }

        disk.Capacity = 40_000;
        Assert.Equal(written, test.Append("again").BaseOffset);
        Assert.Equal(0, test.Log.Incarnation);
        using var last = new TestLog(disk.PowerCut(new Random(1)), Small);
        Assert.Equal($"{written}=again", last.ReadAll()[^1]);
    }

    [Fact]
    public async Task Retention_makes_room_on_a_full_disk()
    {
        var settings = Small with { RetentionBytes = 5_000, FileDeleteDelay = TimeSpan.Zero };
        using var test = new TestLog(new SimulatedDisk { Capacity = 20_000 }, settings);
        while (test.Append("0123456789").Error == ErrorCode.None)
        {
            // Until it is full.
        }

        // The recovery point with the new start needs some room itself; a real broker looks every few minutes, before it is full.
        test.Disk.Capacity += 500;
        Assert.True(await test.Log.ApplyRetentionAsync() > 0);
        test.Log.DeleteRemovedFiles();
        Assert.Equal(ErrorCode.None, test.Append("again").Error);
    }

    [Fact]
    public async Task After_a_failed_sync_the_log_goes_on_in_a_new_file_with_the_same_producers()
    {
        using var test = new TestLog(settings: Small, flushImmediately: false);
        test.Append(7, 0, 0, transactional: true);
        test.Append(8, 0, 0);
        test.Flusher.Flush();
        test.End(7, 0, commit: true);
        test.Append(8, 0, 1);
        var waiting = test.Log.WaitDurableAsync(4).AsTask();
        test.Disk.HalfDone = new Random(3);
        test.Disk.Before = (operation, _) =>
        {
            if (operation == "sync")
                throw new IOException("The device is gone.");
        };
        test.Flusher.Flush();
        Assert.True(test.Log.IsFailed);
        Assert.Equal(ErrorCode.KafkaStorageError, await waiting);
        Assert.Equal(ErrorCode.KafkaStorageError, test.Append(8, 0, 1).Error);
        Assert.Equal(2, test.ReadAll().Count);
        Assert.Throws<IOException>(() => test.Log.TryRepair());
        Assert.Equal(2, test.ReadAll().Count);
        test.Disk.Before = null;
        Assert.True(test.Log.TryRepair());
        Assert.Equal((1, 2L, 2L, 0L), (test.Log.Incarnation, test.Log.NextOffset, test.Log.HighWatermark, test.Log.LastStableOffset));

        // What failed is sent again: the sequence goes on where the durable part ends, and the transaction is still open.
        Assert.Equal(2, test.Append(8, 0, 1).BaseOffset);
        Assert.Equal(1, test.Append(8, 0, 0).BaseOffset);
        Assert.Equal(3, test.End(7, 0, commit: true).BaseOffset);
        test.Flusher.Flush();
        Assert.Equal([0L, 2L], test.Log.SegmentTimes.Select(segment => segment.BaseOffset));
        using var last = new TestLog(test.Disk.PowerCut(new Random(1)), Small);
        Assert.Equal(["0=7:0", "1=8:0", "2=8:1", "3=commit of 7"], last.ReadAll());
    }

    [Fact]
    public async Task A_failed_sync_of_a_recovery_point_fails_the_log_too()
    {
        // The flusher's next sync of the same file would succeed without the bytes that this one lost.
        using var test = new TestLog(settings: Small, flushImmediately: false);
        test.Append(7, 0, 0);
        test.Flusher.Flush();
        test.Append(7, 0, 1);
        var checkpoint = test.Log.CheckpointAsync();
        test.Flusher.Immediately = false;
        test.Disk.HalfDone = new Random(1);
        var syncs = 0;
        test.Disk.Before = (operation, _) =>
        {
            if (operation == "sync" && syncs++ == 1)
                throw new IOException("The device is gone.");
        };
        test.Flusher.Flush();
        await Assert.ThrowsAsync<IOException>(async () => await checkpoint);
        Assert.True(test.Log.IsFailed);
        test.Disk.Before = null;
        Assert.True(test.Log.TryRepair());
        Assert.Equal(2, test.Append(7, 0, 2).BaseOffset);
        test.Flusher.Flush();
        using var last = new TestLog(test.Disk.PowerCut(new Random(1)), Small);
        Assert.Equal(["0=7:0", "1=7:1", "2=7:2"], last.ReadAll());
    }

    [Fact]
    public void Durable_records_that_the_disk_has_lost_keep_the_partition_closed()
    {
        using var test = new TestLog(settings: Small, flushImmediately: false);
        test.Append("a");
        test.Flusher.Flush();
        test.Append("b");
        test.Disk.Before = (operation, _) =>
        {
            if (operation == "sync")
                throw new IOException("The device is gone.");
        };
        test.Flusher.Flush();
        test.Disk.Before = null;
        var path = Path.Combine(TestLog.Folder, LogFileNames.Of(0, LogFileNames.Log));
        var content = test.Disk.Content(path);
        content[63] ^= 1;
        test.Disk.Put(path, content);
        Assert.False(test.Log.TryRepair());
        Assert.True(test.Log.IsFailed);
        Assert.Equal(ErrorCode.KafkaStorageError, test.Append("c").Error);
    }

    private static async Task<bool> RunAsync(string operation, int at, int failures, bool halfDone, int seed)
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk { HalfDone = halfDone ? new Random(seed + at) : null };
        var model = new LogModel();
        using var test = new TestLog(disk, Small, flushImmediately: false);
        var seen = 0;
        disk.Before = (name, _) =>
        {
            if ((operation.Length == 0 || name == operation) && seen++ is var n && n >= at && n < at + failures)
                throw new IOException("It fails once.");
        };
        await WorkAsync(test, model, random);
        disk.Before = null;
        Recover(test, model);
        using (var killed = new TestLog(disk.Kill(), Small))
            model.Compare(killed);
        using var last = new TestLog(disk.PowerCut(random), Small);
        model.Compare(last);
        return seen > at;
    }

    private static async Task WorkAsync(TestLog test, LogModel model, Random random)
    {
        for (var step = 0; step < Steps; step++)
        {
            try
            {
                await StepAsync(test, model, random);
            }
            catch (IOException)
            {
                Recover(test, model);
            }
        }
    }

    private static async Task StepAsync(TestLog test, LogModel model, Random random)
    {
        switch (random.Next(14))
        {
            case < 5:
                model.Append(test, random);
                break;
            case < 7:
                model.End(test, random);
                break;
            case < 11:
                Flush(test, model);
                break;
            case 11:
                Flush(test, model);
                await test.Log.CheckpointAsync();
                break;
            case 12:
                await test.Log.ApplyRetentionAsync();
                break;
            default:
                Flush(test, model);
                if (test.Log.HighWatermark > test.Log.LogStartOffset && random.Next(3) == 0)
                    await test.Log.DeleteBeforeAsync(random.NextInt64(test.Log.LogStartOffset, test.Log.HighWatermark));
                break;
        }
    }

    private static void Flush(TestLog test, LogModel model)
    {
        test.Flusher.Flush();
        model.Acknowledge(test.Log.HighWatermark);
        if (test.Log.IsFailed)
            throw new IOException("The flush failed.");
    }

    /// <summary>What the broker does once a second, until it succeeds.</summary>
    private static void Recover(TestLog test, LogModel model)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            // A disk that fails all the time lets nobody through; this one is well again some day.
            if (tries == 100)
                test.Disk.Before = null;
            test.Flusher.Flush();
            model.Acknowledge(test.Log.HighWatermark);
            try
            {
                if (test.Log.TryRepair() && test.Log.NextOffset == test.Log.HighWatermark)
                {
                    model.Compare(test);
                    return;
                }
            }
            catch (IOException)
            {
                // The next try may succeed.
            }
        }

        Assert.Fail("The log did not come back.");
    }
}
