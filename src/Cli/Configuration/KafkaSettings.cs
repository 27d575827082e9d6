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
            IsSecret = static name =>
                name.Contains("password", StringComparison.OrdinalIgnoreCase)
                || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith("key.pem", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith("key_pem", StringComparison.OrdinalIgnoreCase)
                || name.Contains("oauthbearer", StringComparison.OrdinalIgnoreCase),
        };
}
