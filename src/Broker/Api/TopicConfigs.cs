using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>Where a configuration's value comes from, by the numbers of DescribeConfigs.</summary>
internal enum ConfigSource : sbyte
{
    /// <summary>The topic's own.</summary>
    Topic = 1,

    /// <summary>The broker's options.</summary>
    StaticBroker = 4,

    /// <summary>Kafka's default.</summary>
    Default = 5,
}

/// <summary>A configuration of a topic as it counts.</summary>
internal readonly record struct ResolvedConfig(TopicConfig Config, string Value, ConfigSource Source);

/// <summary>The configurations of topics, resolved.</summary>
internal static class TopicConfigs
{
    /// <summary>All configurations of a topic, sorted by name.</summary>
    /// <param name="own">The topic's own values.</param>
    /// <param name="defaults">The broker's values.</param>
    public static IEnumerable<ResolvedConfig> Resolve(
        IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> defaults)
    {
        foreach (var config in TopicConfigTable.All.Values)
        {
            if (own.TryGetValue(config.Name, out var value))
                yield return new(config, value, ConfigSource.Topic);
            else if (defaults.TryGetValue(config.Name, out value))
                yield return new(config, value, ConfigSource.StaticBroker);
            else
                yield return new(config, config.Default, ConfigSource.Default);
        }
    }
}
