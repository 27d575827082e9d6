using MedStreams.Broker;

namespace MedStreams.Cli.Configuration;

/// <summary>How the embedded broker is set up; the ranges are those of <see cref="BrokerOptions"/>.</summary>
internal static class BrokerSettings
{
    public static Setting<string> DataDirectory { get; } =
        new("Broker:DataDirectory", "The folder that holds the broker's topics and records", Rules.Text, null) { Option = "--data DIR" };

    public static Setting<Endpoint> Listen { get; } =
        new("Broker:Listen", "Where the broker listens; port 0 takes a free one", Rules.Endpoint, "127.0.0.1:9092");

    public static Setting<Endpoint> Advertise { get; } =
        new("Broker:Advertise", "The address that clients are told to connect to; not set: the one that they used", Rules.Endpoint, null);

    public static Setting<bool> AutoCreateTopics { get; } =
        new("Broker:AutoCreateTopics", "Whether a topic that a client asks for is made", Rules.Switch, "true");

    public static Setting<int> DefaultPartitions { get; } =
        new("Broker:DefaultPartitions", "Partitions of a topic for which nobody says how many", Rules.Integer(1, 10_000), "1");

    public static Setting<int> MaxRequestBytes { get; } =
        new("Broker:MaxRequestBytes", "The largest request (socket.request.max.bytes)", Rules.Integer(1024, 1 << 30), "104857600");

    public static Setting<TimeSpan> FlushWindow { get; } =
        new("Broker:FlushWindow", "How far apart the syncs are that make acknowledged records durable",
            Rules.Duration(TimeSpan.Zero, TimeSpan.FromSeconds(1)), "2 ms");

    public static Setting<bool> Sync { get; } =
        new("Broker:Sync", "false: as Kafka, an acknowledged record may be lost in a power cut (never by kill -9)", Rules.Switch, "true");

    /// <summary>Defaults for topics, under Kafka's names; an underscore stands for a dot.</summary>
    public static SettingGroup TopicDefaults { get; } =
        new("Broker:TopicDefaults", "Any setting of topics, such as retention.ms; an underscore stands for a dot");

    /// <summary>The broker's configurations without a setting of their own, under Kafka's names; an underscore stands for a dot.</summary>
    public static SettingGroup Configs { get; } =
        new("Broker:Configs", "Any configuration of Kafka's brokers that has no setting here, such as offsets.retention.minutes; an underscore stands for a dot");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [DataDirectory, Listen, Advertise, AutoCreateTopics, DefaultPartitions, MaxRequestBytes, FlushWindow, Sync];

    /// <summary>The broker's options.</summary>
    /// <exception cref="CliException">A setting is missing, or a host name has no address.</exception>
    public static BrokerOptions ToOptions(EffectiveSettings settings, string workingDirectory)
    {
        var directory = Path.GetFullPath(settings.Require(DataDirectory), workingDirectory);
        var listen = settings.Get(Listen);
        var advertised = settings.Find(Advertise, out var given) ? given : (Endpoint?)null;
        var options = new BrokerOptions
        {
            DataDirectory = directory,
            ListenAddress = listen.Address(),
            Port = listen.Port,
            AdvertisedHost = advertised?.Host,
            AdvertisedPort = advertised?.Port,
            AutoCreateTopics = settings.Get(AutoCreateTopics),
            DefaultPartitions = settings.Get(DefaultPartitions),
            MaxRequestBytes = settings.Get(MaxRequestBytes),
            Flush = settings.Get(Sync) ? FlushPolicy.Grouped(settings.Get(FlushWindow)) : FlushPolicy.OperatingSystem,
            TopicDefaults = settings.Entries(TopicDefaults).ToDictionary(e => DottedName.Of(e.Key), e => e.Value, StringComparer.Ordinal),
        };
        options = options.WithConfigs(settings.Entries(Configs).ToDictionary(e => DottedName.Of(e.Key), e => e.Value, StringComparer.Ordinal));
        return BrokerSecuritySettings.Apply(options, settings, workingDirectory);
    }
}
