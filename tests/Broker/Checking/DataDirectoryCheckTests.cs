using MedStreams.Broker.Storage;
using MedStreams.Broker.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Checking;

public sealed class DataDirectoryCheckTests
{
    private const string Data = "/data";
    private static readonly Dictionary<string, string> Small = new()
    {
        ["segment.bytes"] = "1000",
        ["index.interval.bytes"] = "100",
    };

    private static readonly string FirstLog = Path.Combine(Data, "t-0", LogFileNames.Of(0, LogFileNames.Log));

    [Fact]
    public async Task A_directory_left_in_order_is_sound_and_nothing_would_be_changed()
    {
        var disk = new SimulatedDisk();
        await using (var logs = Open(disk))
            Fill(logs, 40);
        var report = Check(disk);
        Assert.True(report.IsSound);
        Assert.True(report.WasStoppedInOrder);
        Assert.Empty(report.Changes);
        var partition = Assert.Single(report.Partitions);
        Assert.Equal(("t", 0, 0L, 42L, 42L), (
            partition.Topic, partition.Partition, partition.LogStartOffset, partition.NextOffset, partition.RecoveryPoint));
        Assert.True(partition.Segments.Count > 3);
        Assert.Equal(42, partition.Segments.Sum(segment => segment.Records));
    }

    [Fact]
    public void A_torn_tail_is_told_and_left_as_it_is()
    {
        var disk = Torn(out var tail);
        var before = disk.Everything();
        var report = Check(disk);
        Assert.Equal(before, disk.Everything());
        Assert.False(report.WasStoppedInOrder);
        Assert.True(report.IsSound);
        var cut = Assert.Single(report.Changes, change => change.Kind == PlannedChangeKind.Cut && change.Path.EndsWith(".log", StringComparison.Ordinal));
        Assert.Equal((tail, 10L), (Path.Combine(Data, cut.Path), cut.Bytes));

        // What was foretold is what happens.
        using var flusher = new ManualFlusher(disk);
        var logs = Open(disk);
        Assert.Equal(report.Partitions[0].NextOffset, logs.Find("t")!.Partitions[0].NextOffset);
        logs.Abandon();
        Assert.DoesNotContain(Check(disk).Changes, change => change.Kind == PlannedChangeKind.Cut);
    }

    [Fact]
    public async Task Damage_in_what_the_start_would_trust_is_a_fault()
    {
        var disk = new SimulatedDisk();
        await using (var logs = Open(disk))
            Fill(logs, 40);
        var content = disk.Content(FirstLog);
        content[300] ^= 1;
        disk.Put(FirstLog, content);
        var report = Check(disk);
        Assert.False(report.IsSound);
        var fault = Assert.Single(report.Partitions[0].Faults);
        Assert.Equal(LogFileNames.Of(0, LogFileNames.Log), fault.File);
        Assert.InRange(fault.Position, 200, 300);
    }

    [Theory]
    [InlineData(LogFileNames.OffsetIndex, 2)]
    [InlineData(LogFileNames.TimeIndex, 2)]
    [InlineData(LogFileNames.AbortedIndex, 20)]
    public async Task Indexes_are_held_against_the_batches(string kind, int at)
    {
        var disk = new SimulatedDisk();
        await using (var logs = Open(disk))
            Fill(logs, 40);
        var path = disk.Everything().Keys.First(name => name.EndsWith(kind, StringComparison.Ordinal) && disk.Content(name).Length > 0);
        var content = disk.Content(path);
        content[at] ^= 0x40;
        disk.Put(path, content);
        var faults = Check(disk).Partitions[0].Faults;
        Assert.Contains(faults, fault => fault.File == Path.GetFileName(path));
    }

    [Fact]
    public async Task What_is_no_data_directory_or_in_use_is_refused()
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Data);
        Assert.Throws<BrokerException>(() => Check(disk));
        await using var logs = Open(disk);
        disk.Put(Path.Combine(Data, ".lock"), []);
        Assert.Throws<BrokerException>(() => Check(disk));
    }

    private static SimulatedDisk Torn(out string tail)
    {
        var disk = new SimulatedDisk();
        var logs = Open(disk);
        Fill(logs, 40);
        logs.Abandon();
        disk = disk.Kill();
        tail = disk.Everything().Keys.Where(name => name.EndsWith(LogFileNames.Log, StringComparison.Ordinal)).Max()!;
        disk.Put(tail, [.. disk.Content(tail), .. new byte[10]]);
        return disk;
    }

    private static void Fill(LogManager logs, int batches)
    {
        var log = logs.Create("t", 1, Small).Topic!.Partitions[0];
        for (var i = 0; i < batches; i++)
            log.Append(TestLog.Batch(7, 0, i, transactional: true, 1), AppendOrigin.Client);
        log.AppendMarker(7, 0, new(IsCommit: false, 0));
        log.AppendMarker(7, 0, new(IsCommit: true, 0));
    }

    private static DataDirectoryReport Check(SimulatedDisk disk) =>
        DataDirectoryCheck.Run(disk, Data, new Dictionary<string, string>(), null, CancellationToken.None);

    private static LogManager Open(SimulatedDisk disk) => LogManager.Open(
        Data,
        new(disk, new ManualFlusher(disk) { Immediately = true }, new SettableClock(), NullLogger.Instance),
        new Dictionary<string, string>());
}
