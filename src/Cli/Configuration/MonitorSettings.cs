using System.Text.RegularExpressions;
using MedStreams.Cli.Commands;
using MedStreams.Cli.Kafka;
using MedStreams.Monitoring.Lag;

namespace MedStreams.Cli.Configuration;

/// <summary>What <c>medstreams monitor</c> watches, and where it answers.</summary>
internal static class MonitorSettings
{
    /// <summary>The name of the cluster where none is named.</summary>
    public const string OnlyCluster = "local";

    private static readonly TimeSpan PatternPatience = TimeSpan.FromSeconds(1);

    /// <summary>Patterns of names.</summary>
    public static Rule<Regex> Pattern { get; } = new("a regular expression", (string text, out Regex value) =>
    {
        value = null!;
        try
        {
            value = new Regex(text, RegexOptions.CultureInvariant, PatternPatience);
            return true;
        }
        catch (RegexParseException)
        {
            return false;
        }
    });

    public static Setting<Endpoint> Listen { get; } =
        new("Monitor:Listen", "Where the monitor listens over HTTP", Rules.Endpoint, "127.0.0.1:8000") { Option = "--listen HOST:PORT" };

    public static Setting<string> Token { get; } =
        new("Monitor:Token", "The secret of those who may ask the monitor; not set: anyone may",
            new Rule<string>("a text of at least 16 characters", (string text, out string value) => (value = text).Length >= 16), null)
        {
            Secret = true,
        };

    public static Setting<TimeSpan> OffsetRefresh { get; } =
        new("Monitor:OffsetRefresh", "Between two looks at the ends of partitions", Rules.Duration(TimeSpan.FromMilliseconds(100)), "10 s");

    public static Setting<TimeSpan> TopicRefresh { get; } =
        new("Monitor:TopicRefresh", "Between two looks at which topics there are", Rules.Duration(TimeSpan.FromMilliseconds(100)), "1 min");

    public static Setting<int> Intervals { get; } =
        new("Monitor:Intervals", "How many commits a window holds", Rules.Integer(1, 1000), "10");

    public static Setting<TimeSpan> MinDistance { get; } =
        new("Monitor:MinDistance", "Of commits closer together one counts", Rules.Duration(TimeSpan.Zero), "0 ms");

    public static Setting<TimeSpan> ExpireGroup { get; } =
        new("Monitor:ExpireGroup", "A group that has not committed for so long is forgotten", Rules.Duration(TimeSpan.FromSeconds(1)), "7 d");

    public static Setting<int> AllowedLag { get; } =
        new("Monitor:AllowedLag", "A lag of so many records counts as none", Rules.Integer(0), "0");

    public static Setting<int> MaxGroups { get; } =
        new("Monitor:MaxGroups", "Of each cluster so many groups are watched at most", Rules.Integer(1), "500");

    public static Setting<int> MaxPartitions { get; } =
        new("Monitor:MaxPartitions", "Of each cluster so many partitions of groups are watched at most", Rules.Integer(1), "10000");

    public static Setting<bool> Seconds { get; } =
        new("Monitor:Seconds", "Whether records that wait are read for their times, where those do not follow from ends that were seen", Rules.Switch, "true");

    public static Setting<Regex> GroupAllowlist { get; } =
        new("Monitor:GroupAllowlist", "Only groups in whose names this is found are watched; not set: all", Pattern, null);

    public static Setting<Regex> GroupDenylist { get; } =
        new("Monitor:GroupDenylist", "Groups in whose names this is found are not watched; not set: none", Pattern, null);

    /// <summary>The clusters, by the names that the user gives them.</summary>
    public static SettingGroup Clusters { get; } =
        new("Monitor:Clusters", "Clusters to watch: NAME:BootstrapServers, and NAME:Client: with any setting of librdkafka; not set: that of Kafka:BootstrapServers, as local")
        {
            IsSecret = key => key.Split(':') is [_, _, var name] && KafkaSettings.IsSecret(name),
        };

    /// <summary>All settings, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Listen, Token, OffsetRefresh, TopicRefresh, Intervals, MinDistance, ExpireGroup, AllowedLag, MaxGroups, MaxPartitions, Seconds, GroupAllowlist, GroupDenylist,
    ];

    /// <summary>The groups of settings.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [Clusters];

    /// <summary>The clusters to watch.</summary>
    /// <exception cref="CliException">A cluster's settings are wrong.</exception>
    public static IReadOnlyList<MonitoredCluster> ToClusters(CommandContext context)
    {
        var named = context.Settings.Entries(Clusters).GroupBy(e => e.Key.Split(':')[0], StringComparer.OrdinalIgnoreCase).ToList();
        return named.Count == 0
            ? [ToCluster(context, OnlyCluster, context.Settings.Get(KafkaSettings.BootstrapServers), [])]
            : [.. named.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => ToCluster(context, c.Key, [.. c]))];
    }

    private static MonitoredCluster ToCluster(CommandContext context, string name, KeyValuePair<string, string>[] entries)
    {
        string? servers = null;
        var client = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in entries)
        {
            switch (key.Split(':'))
            {
                case [_, var word] when word.Equals("BootstrapServers", StringComparison.OrdinalIgnoreCase) && Rules.Endpoints.TryRead(value, out servers):
                    break;
                case [_, var word] when word.Equals("BootstrapServers", StringComparison.OrdinalIgnoreCase):
                    throw CliException.Usage($"{Full(key)} is '{value}', which is not allowed; allowed is {Rules.Endpoints.Allowed}");
                case [_, var word, var setting] when word.Equals("Client", StringComparison.OrdinalIgnoreCase):
                    client.Add(KeyValuePair.Create(setting, value));
                    break;
                default:
                    throw CliException.Usage($"{Full(key)} is no setting; a cluster has BootstrapServers and Client");
            }
        }

        return servers is null
            ? throw CliException.Usage($"{Full(name + ":BootstrapServers")} is not set: where the cluster {name} is. Allowed is {Rules.Endpoints.Allowed}")
            : ToCluster(context, name, servers, client);
    }

    private static MonitoredCluster ToCluster(CommandContext context, string name, string servers, List<KeyValuePair<string, string>> client)
    {
        var settings = context.Settings;
        var clients = new KafkaClients(context, servers, client);
        return new MonitoredCluster
        {
            Name = name,
            Servers = servers.Split(',', StringSplitOptions.TrimEntries),
            Connect = clients.CreateConsumer,
            Admin = clients.CreateAdmin,
            OffsetRefresh = settings.Get(OffsetRefresh),
            TopicRefresh = settings.Get(TopicRefresh),
            Timeout = settings.Get(KafkaSettings.Timeout),
            LooksUpTimes = settings.Get(Seconds),
            Rules = new LagRules { AllowedLag = settings.Get(AllowedLag) },
            Book = new LagBookSettings
            {
                Intervals = settings.Get(Intervals),
                MinDistance = settings.Get(MinDistance),
                ExpireGroup = settings.Get(ExpireGroup),
                MaxGroups = settings.Get(MaxGroups),
                MaxPartitions = settings.Get(MaxPartitions),
                GroupAllowlist = settings.Find(GroupAllowlist, out var allow) ? allow : null,
                GroupDenylist = settings.Find(GroupDenylist, out var deny) ? deny : null,
            },
        };
    }

    private static string Full(string key) => $"{SettingsCatalog.Section}:{Clusters.Key}:{key}";
}
