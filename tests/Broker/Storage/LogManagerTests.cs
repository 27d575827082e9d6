using System.Text;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker.Tests.Storage;

public sealed class LogManagerTests
{
    private const string Data = "/data";

    private static readonly Dictionary<string, string> NoConfigs = [];

    [Fact]
    public async Task Topics_come_back_with_their_ids_partitions_and_configuration()
    {
        var disk = new SimulatedDisk();
        Guid id;
        await using (var logs = Open(disk))
        {
            id = logs.Create("a", 3, new Dictionary<string, string> { ["cleanup.policy"] = "compact" }).Topic!.Id;
            logs.AddPartitions("a", 5, validateOnly: false);
        }

        await using var again = Open(disk.Kill());
        Assert.True(again.WasClean);
        var topic = again.Find("a")!;
        Assert.Equal((id, 5), (topic.Id, topic.Partitions.Count));
        Assert.True(topic.Partitions[4].Settings.Compact);
        Assert.Same(topic, again.Find(id));
    }

    [Fact]
    public void A_topic_is_there_or_not_wherever_the_power_is_cut()
    {
        for (var cut = 0; cut < 200; cut++)
        {
            var disk = new SimulatedDisk();
            Open(disk).Abandon();
            var logs = Open(disk);
            logs.Create("kept", 2, NoConfigs);
            var left = cut;
            disk.Before = (_, _) =>
            {
                if (left-- <= 0)
                    throw new IOException("Power is going.");
            };
            var (made, deleted) = Change(logs);
            disk.Before = null;
            logs.Abandon();

            var again = Open(disk.PowerCut(new Random(cut)));
            if (made)
                Assert.NotNull(again.Find("made"));
            if (deleted)
                Assert.Null(again.Find("kept"));
            foreach (var log in again.Topics.SelectMany(topic => topic.Partitions))
                Assert.Equal(ErrorCode.None, log.Append(TestLog.Batch("x"), AppendOrigin.Client).Error);
            Assert.False(again.WasClean);
            again.Abandon();
            if (made && deleted)
                return;
        }

        Assert.Fail("The cut never came too late.");

        static (bool Made, bool Deleted) Change(LogManager logs)
        {
            var made = false;
            try
            {
                logs.Create("made", 2, NoConfigs);
                made = true;
                return (made, logs.Delete("kept") == ErrorCode.None);
            }
            catch (IOException)
            {
                return (made, false);
            }
        }
    }

    [Fact]
    public async Task A_topic_made_again_starts_empty_under_another_id()
    {
        await using var logs = Open(new SimulatedDisk());
        var first = logs.Create("a", 1, NoConfigs).Topic!;
        first.Partitions[0].Append(TestLog.Batch("old"), AppendOrigin.Client);
        var seen = new List<string>();
        logs.OnDeleted(topic => seen.Add(topic.Name));
        Assert.Equal(ErrorCode.None, logs.Delete("a"));
        Assert.Equal(["a"], seen);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, logs.Delete("a"));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, first.Partitions[0].Append(TestLog.Batch("late"), AppendOrigin.Client).Error);
        var second = logs.Create("a", 1, NoConfigs).Topic!;
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(0, second.Partitions[0].NextOffset);
        Assert.Null(logs.Find(first.Id));
    }

    [Fact]
    public async Task Names_follow_Kafkas_rules()
    {
        await using var logs = Open(new SimulatedDisk());
        logs.Create("there", 1, NoConfigs);
        logs.Create("dotted.name", 1, NoConfigs);
        string[] invalid = ["", ".", "..", "a b", "ä", "a/b", new string('n', 250), "dotted_name"];
        Assert.All(invalid, name => Assert.Equal(ErrorCode.InvalidTopicException, logs.CheckNew(name, []).Error));
        Assert.Equal(ErrorCode.TopicAlreadyExists, logs.CheckNew("there", []).Error);
        Assert.Equal(ErrorCode.None, logs.CheckNew("t.here_-", []).Error);
        Assert.Equal(ErrorCode.InvalidPartitions, logs.Create("a", 0, NoConfigs).Error);
    }

    [Theory]
    [InlineData("retention.ms", "soon")]
    [InlineData("retention.ms", "-2")]
    [InlineData("cleanup.policy", "compact,shred")]
    [InlineData("no.such.config", "1")]
    [InlineData("segment.bytes", "9999999999")]
    public async Task Configurations_are_checked(string name, string value)
    {
        await using var logs = Open(new SimulatedDisk());
        Assert.Equal(ErrorCode.InvalidConfig, logs.Create("a", 1, new Dictionary<string, string> { [name] = value }).Error);
        Assert.Null(logs.Find("a"));
    }

    [Fact]
    public void Producer_ids_are_never_given_out_twice()
    {
        var disk = new SimulatedDisk();
        var given = new HashSet<long>();
        for (var life = 0; life < 5; life++)
        {
            var logs = Open(disk);
            for (var i = 0; i < 700; i++)
                Assert.True(given.Add(logs.ProducerIds.Next()));
            logs.Abandon();
            disk = disk.PowerCut(new Random(life));
        }
    }

    [Fact]
    public void A_damaged_registry_stops_the_start_and_folders_of_others_are_left_alone()
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory(Data + "/photos");
        disk.CreateDirectory(Data + "/holiday-1");
        Open(disk).Abandon();
        Assert.True(disk.DirectoryExists(Data + "/holiday-1"));
        Open(disk).Abandon();
        Assert.True(disk.DirectoryExists(Data + "/photos"));

        disk.Put(Data + "/topics.json", Encoding.UTF8.GetBytes("{ \"version\": 1, \"topi"));
        Assert.Throws<BrokerException>(() => Open(disk));
        disk.Put(Data + "/topics.json", Encoding.UTF8.GetBytes("{ \"version\": 2, \"topics\": [] }"));
        Assert.Throws<BrokerException>(() => Open(disk));
        disk.Delete(Data + "/topics.json");
        Assert.Throws<BrokerException>(() => Open(disk));
    }

    [Fact]
    public async Task A_directory_is_held_by_one_manager()
    {
        var disk = new SimulatedDisk();
        await using var logs = Open(disk);
        Assert.Throws<BrokerException>(() => Open(disk));
    }

    private static LogManager Open(SimulatedDisk disk)
    {
        var flusher = new ManualFlusher(disk) { Immediately = true };
        return LogManager.Open(Data, new(disk, flusher, new SettableClock(), NullLogger.Instance), NoConfigs);
    }
}
