using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Storage;

public sealed class GroupedFlusherTests
{
    [Fact]
    public async Task One_round_covers_all_that_was_appended_before_it()
    {
        var disk = new SimulatedDisk();
        using var flusher = new GroupedFlusher(disk, TimeProvider.System, TimeSpan.FromMilliseconds(50));
        var logs = Enumerable.Range(0, 4).Select(i => Open(disk, flusher, i)).ToList();
        var syncs = disk.Syncs;
        var appended = new List<(PartitionLog Log, long Next)>();
        for (var round = 0; round < 100; round++)
        {
            var log = logs[round % 4];
            appended.Add((log, log.Append(TestLog.Batch("x"), AppendOrigin.Client).NextOffset));
        }

        foreach (var (log, next) in appended)
            Assert.Equal(ErrorCode.None, await log.WaitDurableAsync(next));
        Assert.InRange(disk.Syncs - syncs, 4, (GroupedFlusher.Burst + 2) * logs.Count);
        logs.ForEach(log => log.Dispose());
    }

    [Fact]
    public async Task Many_writers_at_once_get_their_own_offsets_and_all_are_durable()
    {
        var disk = new SimulatedDisk();
        using var flusher = new GroupedFlusher(disk, TimeProvider.System, TimeSpan.Zero);
        using var log = Open(disk, flusher, 0);
        var offsets = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var own = new List<long>();
            for (var i = 0; i < 100; i++)
            {
                var result = log.Append(TestLog.Batch($"{writer}.{i}"), AppendOrigin.Client);
                Assert.Equal(ErrorCode.None, await log.WaitDurableAsync(result.NextOffset));
                Assert.True(log.HighWatermark >= result.NextOffset);
                own.Add(result.BaseOffset);
            }

            return own;
        })));
        Assert.Equal(Enumerable.Range(0, 800).Select(i => (long)i), offsets.SelectMany(own => own).Order());
        Assert.All(offsets, own => Assert.Equal(own.Order(), own));
    }

    [Fact]
    public async Task Deletion_while_others_sync_disturbs_nobody()
    {
        var disk = new SimulatedDisk();
        using var flusher = new GroupedFlusher(disk, TimeProvider.System, TimeSpan.Zero);
        using var kept = Open(disk, flusher, 0);
        for (var round = 1; round < 50; round++)
        {
            var doomed = Open(disk, flusher, round);
            var next = doomed.Append(TestLog.Batch("gone"), AppendOrigin.Client).NextOffset;
            var waiting = doomed.WaitDurableAsync(next).AsTask();
            doomed.Abandon();
            disk.DeleteDirectory(doomed.Directory);
            Assert.Contains(await waiting, new[] { ErrorCode.None, ErrorCode.UnknownTopicOrPartition });
            var result = kept.Append(TestLog.Batch("stays"), AppendOrigin.Client);
            Assert.Equal(ErrorCode.None, await kept.WaitDurableAsync(result.NextOffset));
        }
    }

    private static PartitionLog Open(SimulatedDisk disk, GroupedFlusher flusher, int partition)
    {
        var folder = $"/data/t-{partition}";
        disk.CreateDirectory(folder);
        return LogRecovery.Open(
            new("t", partition), folder, new TopicSettings(), new(disk, flusher, TimeProvider.System, NullLogger.Instance));
    }
}
