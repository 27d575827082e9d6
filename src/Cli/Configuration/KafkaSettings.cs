namespace MedStreams.Cli.Configuration;

/// <summary>How the programs reach Kafka.</summary>
internal static class KafkaSettings
{
    public static Setting<string> BootstrapServers { get; } =
        new("Kafka:BootstrapServers", "Kafka's brokers, or the embedded one", Rules.Endpoints, "127.0.0.1:9092");

    public static Setting<TimeSpan> Timeout { get; } =
        new("Kafka:Timeout", "How long a verb waits for the first answer of a broker", Rules.Duration(TimeSpan.FromMilliseconds(100)), "10 s");

    /// <summary>Further settings of librdkafka; an underscore stands for a dot, which a variable's name cannot hold.</summary>
    public static SettingGroup Client { get; } =
        new("Kafka:Client", "Any setting of librdkafka for every client, such as security.protocol; an underscore stands for a dot")
        {
            IsSecret = IsSecret,
        };

    /// <summary>Whether a setting of librdkafka must not be shown.</summary>
    public static bool IsSecret(string name)
    {
        var dotted = DottedName.Of(name);
        return dotted.Contains("password", StringComparison.Ordinal)
            || dotted.Contains("secret", StringComparison.Ordinal)
            || dotted.Contains("oauthbearer", StringComparison.Ordinal)
            || dotted.EndsWith("key.pem", StringComparison.Ordinal);
    }
}
