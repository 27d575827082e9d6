using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

public sealed class BrokerConfigsTests
{
    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void Values_count_in_the_order_topic_broker_all_brokers_options_default()
    {
        var configs = new BrokerConfigs(new SimulatedDisk(), "/data", None, new Dictionary<string, string> { ["retention.ms"] = "4" });
        Set(configs, all: true, "log.retention.ms", "3");
        Set(configs, all: false, "log.retention.ms", "2");
        var own = new Dictionary<string, string> { ["retention.ms"] = "1" };
        var value = configs.OfTopic(TopicConfigTable.All["retention.ms"], own);
        Assert.Equal(
            [
                ("retention.ms", "1", ConfigSource.Topic),
                ("log.retention.ms", "2", ConfigSource.DynamicBroker),
                ("log.retention.ms", "3", ConfigSource.DynamicDefault),
                ("log.retention.ms", "4", ConfigSource.StaticBroker),
                ("log.retention.ms", "604800000", ConfigSource.Default),
            ],
            value.Synonyms.Select(synonym => (synonym.Name, synonym.Value, synonym.Source)));
        Assert.Equal("2", configs.TopicDefaults["retention.ms"]);
        Assert.Equal(["2", "3", "4"], configs.Of(BrokerConfigTable.All["log.retention.ms"]).Synonyms.Select(synonym => synonym.Value));
    }

    [Fact]
    public void What_nobody_set_is_the_default()
    {
        var configs = new BrokerConfigs(new SimulatedDisk(), "/data", new Dictionary<string, string> { ["num.partitions"] = "7", ["broker.id"] = "1" }, None);
        Assert.Equal(("7", ConfigSource.StaticBroker, true), Seen("num.partitions"));
        Assert.Equal(("300000", ConfigSource.Default, true), Seen("log.retention.check.interval.ms"));
        Assert.Equal(("134217728", ConfigSource.Default, false), Seen("log.cleaner.dedupe.buffer.size"));
        Assert.Equal((null, ConfigSource.Default, false), Seen("log.retention.ms"));
        Assert.Equal(("1048588", ConfigSource.Default, false), Seen("message.max.bytes"));
        Assert.All(
            TopicConfigTable.All.Values,
            rule => Assert.Equal(rule.Default, configs.OfTopic(rule, None).Value));
        Assert.All(TopicConfigTable.All.Values, rule => Assert.True(rule.Allows(rule.Default!)));
        Assert.All(BrokerConfigTable.All.Values, config => Assert.True(config.Rule.Default is not { } value || config.Rule.Allows(value)));

        (string? Value, ConfigSource Source, bool ReadOnly) Seen(string name)
        {
            var value = configs.Of(BrokerConfigTable.All[name]);
            return (value.Value, value.Source, value.IsReadOnly);
        }
    }

    [Fact]
    public void What_is_altered_is_durable_and_can_be_taken_back()
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory("/data");
        var configs = new BrokerConfigs(disk, "/data", None, None);
        Set(configs, all: false, "log.cleaner.dedupe.buffer.size", "1000000");
        Set(configs, all: true, "message.max.bytes", "5000");
        var again = new BrokerConfigs(disk.PowerCut(new Random(1)), "/data", None, None);
        Assert.Equal(1_000_000, again.Number("log.cleaner.dedupe.buffer.size"));
        Assert.Equal("5000", again.TopicDefaults["max.message.bytes"]);
        Assert.Equal(["message.max.bytes"], again.OfAllBrokers().Select(value => value.Rule.Name));
        disk = new SimulatedDisk();
        disk.CreateDirectory("/data");
        configs = new BrokerConfigs(disk, "/data", None, None);
        Set(configs, all: false, "message.max.bytes", "5000");
        Assert.Equal(ErrorCode.None, configs.Change(all: false, _ => new(None), validateOnly: false).Error);
        Assert.Equal("1048588", configs.Of(BrokerConfigTable.All["message.max.bytes"]).Value);
    }

    [Theory]
    [InlineData("no.such.config", "1")]
    [InlineData("message.max.bytes", "many")]
    [InlineData("num.partitions", "3")]
    [InlineData("log.message.format.version", "2.8")]
    [InlineData("log.cleaner.min.cleanable.ratio", "1.5")]
    public void Wrong_and_fixed_configurations_are_refused(string name, string value)
    {
        var disk = new SimulatedDisk();
        var configs = new BrokerConfigs(disk, "/data", None, None);
        var change = configs.Change(all: false, _ => new(new Dictionary<string, string> { [name] = value }), validateOnly: false);
        Assert.Equal(ErrorCode.InvalidRequest, change.Error);
        Assert.False(disk.FileExists("/data/configs.json"));
    }

    [Fact]
    public void A_change_that_is_only_tried_or_cannot_be_written_changes_nothing()
    {
        var disk = new SimulatedDisk();
        disk.CreateDirectory("/data");
        var configs = new BrokerConfigs(disk, "/data", None, None);
        var wish = new ConfigEdit(new Dictionary<string, string> { ["message.max.bytes"] = "5000" });
        Assert.Equal(ErrorCode.None, configs.Change(all: false, _ => wish, validateOnly: true).Error);
        Assert.Equal("1048588", configs.TopicDefaults.GetValueOrDefault("max.message.bytes", "1048588"));
        disk.Before = (_, _) => throw new IOException("The disk is full.");
        Assert.Throws<IOException>(() => configs.Change(all: false, _ => wish, validateOnly: false));
        Assert.Equal("1048588", configs.TopicDefaults.GetValueOrDefault("max.message.bytes", "1048588"));
    }

    [Fact]
    public void A_damaged_file_stops_the_start()
    {
        var disk = new SimulatedDisk();
        disk.Put("/data/configs.json", "{ \"version\": 1, \"broker\": { \"mess"u8.ToArray());
        Assert.Throws<BrokerException>(() => new BrokerConfigs(disk, "/data", None, None));
        disk.Put("/data/configs.json", "{ \"version\": 2, \"broker\": {}, \"default\": {} }"u8.ToArray());
        Assert.Throws<BrokerException>(() => new BrokerConfigs(disk, "/data", None, None));
    }

    [Fact]
    public void A_topics_own_settings_read_as_kafka_reads_them()
    {
        var settings = TopicSettings.From(
            new Dictionary<string, string>
            {
                ["message.timestamp.difference.max.ms"] = "1000",
                ["message.timestamp.after.max.ms"] = "10",
                ["compression.type"] = "zstd",
                ["compression.zstd.level"] = "7",
                ["cleanup.policy"] = "compact, delete",
            },
            None);
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10)), (settings.TimestampBeforeMax, settings.TimestampAfterMax));
        Assert.Equal((MedStreams.Broker.Records.CompressionType.Zstd, 7), (settings.Compression, settings.CompressionLevel));
        Assert.True(settings.Compact && settings.Delete);
    }

    private static void Set(BrokerConfigs configs, bool all, string name, string value) => Assert.Equal(
        ErrorCode.None,
        configs.Change(all, present => new(new Dictionary<string, string>(present) { [name] = value }), validateOnly: false).Error);
}
