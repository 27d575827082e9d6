using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>What a start and an idle partition cost, counted instead of timed.</summary>
public sealed class StartCostTests
{
    private const string Data = "/data";
    private static readonly Dictionary<string, string> SmallSegments = new() { ["segment.bytes"] = "4000", ["index.interval.bytes"] = "100" };

    [Fact]
    public async Task After_an_orderly_stop_no_file_of_a_segment_is_opened()
    {
        var disk = new SimulatedDisk();
        await using (var logs = Open(disk))
        {
            Fill(logs.Create("t", 20, SmallSegments).Topic!, 200);
        }

        var files = new CountingFiles(disk.Kill());
        var cache = new FileHandleCache(files, 100);
        await using var again = Open(cache);
        Assert.True(again.WasClean);
        Assert.All(again.Find("t")!.Partitions, log => Assert.Equal(200, log.HighWatermark));
        Assert.Equal((0, 0, 0L), (files.Opened, files.Synced, files.BytesRead));
        Assert.Equal(0, cache.OpenCount);
    }

    [Fact]
    public async Task After_a_kill_what_was_written_since_the_recovery_points_is_read_once_and_nothing_else()
    {
        const int AtLeast = 10_000;
        var disk = new SimulatedDisk();
        var logs = Open(disk);
        var topic = logs.Create("t", 20, SmallSegments).Topic!;
        Fill(topic, 500);
        await logs.CheckpointAsync(AtLeast);
        foreach (var log in topic.Partitions.Take(5))
            Fill(log, 3);
        var since = topic.Partitions.Sum(log => log.BytesSinceCheckpoint);
        var touched = topic.Partitions.Count(log => log.BytesSinceCheckpoint > 0);
        var all = topic.Partitions.Sum(log => log.Size);
        Assert.InRange(since, 1, all / 10);

        var files = new CountingFiles(disk.Kill());
        var again = Open(files);
        Assert.False(again.WasClean);
        Assert.Equal([503, 500], again.Find("t")!.Partitions.Select(log => log.HighWatermark).Distinct());
        Assert.Equal(since, files.BytesRead);

        // The file of batches and its two indexes, of the one segment that was read, and of one that was begun behind it.
        Assert.InRange(files.Opened, touched, 6 * touched);
        Assert.InRange(files.Synced, touched, 2 * touched);
        again.Abandon();
    }

    [Fact]
    public async Task All_logs_together_have_few_bytes_without_a_recovery_point()
    {
        const int AtLeast = 5_000;
        var disk = new SimulatedDisk();
        var logs = Open(disk);
        var topic = logs.Create("t", 50, new Dictionary<string, string>()).Topic!;

        // Each has fewer bytes than would give it a recovery point alone.
        Fill(topic, 50);
        Assert.All(topic.Partitions, log => Assert.InRange(log.BytesSinceCheckpoint, 1, AtLeast - 1));
        Assert.True(topic.Partitions.Sum(log => log.BytesSinceCheckpoint) > 20 * AtLeast);
        await logs.CheckpointAsync(AtLeast);
        var left = topic.Partitions.Sum(log => log.BytesSinceCheckpoint);
        Assert.InRange(left, 1, LogManager.MostCheckpointsBehind * AtLeast);

        var files = new CountingFiles(disk.Kill());
        var again = Open(files);
        Assert.Equal(left, files.BytesRead);
        Assert.All(again.Find("t")!.Partitions, log => Assert.Equal(50, log.HighWatermark));
        again.Abandon();
    }

    [Fact]
    public async Task An_idle_partition_takes_a_few_kibibytes()
    {
        const int Partitions = 500;
        var folder = Directory.CreateTempSubdirectory("medstreams-idle-").FullName;
        try
        {
            await using (var logs = Open(PhysicalFileSystem.Instance, folder))
            {
                foreach (var log in logs.Create("t", Partitions, new Dictionary<string, string>()).Topic!.Partitions)
                    Assert.Equal(0, log.Append(TestLog.Batch(7, 0, 0, transactional: false, 1), AppendOrigin.Client).BaseOffset);
            }

            // All that is allocated on the way counts, so what stays can only be less. 10,000 of them have to fit into 1 GiB.
            var files = new FileHandleCache(PhysicalFileSystem.Instance, 100);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var again = Open(files, folder);
            var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Partitions;
            Assert.InRange(allocated, 500, 16 << 10);
            Assert.Equal(0, files.OpenCount);
            Assert.All(again.Find("t")!.Partitions, log => Assert.Equal(1, log.HighWatermark));
            again.Abandon();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Several_logs_are_opened_at_a_time_and_one_that_fails_fails_the_start()
    {
        var disk = new SimulatedDisk();
        Fill(Open(disk).Create("t", 40, SmallSegments).Topic!, 100);
        var damaged = disk.Kill();
        damaged.Before = (operation, path) =>
        {
            if (operation == "sync" && path.Contains("/t-20/", StringComparison.Ordinal))
                throw new IOException("The disk fails.");
        };
        Assert.Throws<IOException>(() => Open(damaged, atOnce: 8));
        damaged.Before = null;
        var again = Open(damaged, atOnce: 8);
        Assert.All(again.Find("t")!.Partitions, log => Assert.Equal(100, log.HighWatermark));
        again.Abandon();
    }

    private static void Fill(Topic topic, int batches)
    {
        foreach (var log in topic.Partitions)
            Fill(log, batches);
    }

    private static void Fill(PartitionLog log, int batches)
    {
        for (var i = 0; i < batches; i++)
            Assert.Equal(ErrorCode.None, log.Append(TestLog.Batch("x"), AppendOrigin.Client).Error);
    }

    private static LogManager Open(IFileSystem files, string folder = Data, int atOnce = 1) => LogManager.Open(
        folder,
        new(files, new OperatingSystemFlusher(files), new SettableClock(), NullLogger.Instance) { AtOnce = atOnce },
        new Dictionary<string, string>());
}
