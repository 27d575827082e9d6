namespace MedStreams.Broker.Storage;

/// <summary>Where a configuration's value comes from, by the numbers of DescribeConfigs.</summary>
internal enum ConfigSource : sbyte
{
    /// <summary>The topic's own.</summary>
    Topic = 1,

    /// <summary>Altered for this broker while it ran.</summary>
    DynamicBroker = 2,

    /// <summary>Altered for all brokers while one ran.</summary>
    DynamicDefault = 3,

    /// <summary>The broker's options.</summary>
    StaticBroker = 4,

    /// <summary>Kafka's default.</summary>
    Default = 5,
}

/// <summary>A value that a configuration has somewhere.</summary>
/// <param name="Name">The name that it has there: that of the topic's configuration or of the broker's.</param>
/// <param name="Value">The value.</param>
/// <param name="Source">Where.</param>
internal readonly record struct ConfigSynonym(string Name, string Value, ConfigSource Source);

/// <summary>A configuration as it counts.</summary>
/// <param name="Rule">The configuration.</param>
/// <param name="IsReadOnly">Whether it cannot be altered.</param>
/// <param name="Synonyms">The values that it has, the one that counts first.</param>
internal sealed record ConfigValue(ConfigRule Rule, bool IsReadOnly, IReadOnlyList<ConfigSynonym> Synonyms)
{
    /// <summary>The value that counts; null when there is none.</summary>
    public string? Value => Synonyms.Count > 0 ? Synonyms[0].Value : null;

    /// <summary>Where it comes from.</summary>
    public ConfigSource Source => Synonyms.Count > 0 ? Synonyms[0].Source : ConfigSource.Default;
}
