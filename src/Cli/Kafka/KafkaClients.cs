using Confluent.Kafka;
using MedStreams.Cli.Commands;
using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Kafka;

/// <summary>Makes Kafka clients with the settings of this run.</summary>
/// <param name="context">The run.</param>
/// <param name="servers">The brokers; null: those of the settings.</param>
/// <param name="further">Settings of librdkafka that win over those of all clients; null: none.</param>
internal sealed class KafkaClients(CommandContext context, string? servers = null, IReadOnlyCollection<KeyValuePair<string, string>>? further = null)
{
    private readonly string _servers = servers ?? context.Settings.Get(KafkaSettings.BootstrapServers);

    /// <summary>How long to wait for the first answer.</summary>
    public TimeSpan Timeout { get; } = context.Settings.Get(KafkaSettings.Timeout);

    public IAdminClient CreateAdmin() =>
        new AdminClientBuilder(Configure(new AdminClientConfig { SocketTimeoutMs = TimeoutMilliseconds }))
            .SetLogHandler((_, message) => Log(message)).SetErrorHandler(static (_, _) => { }).Build();

    public IProducer<byte[]?, byte[]?> CreateProducer(ProducerConfig config) =>
        new ProducerBuilder<byte[]?, byte[]?>(Configure(config))
            .SetLogHandler((_, message) => Log(message)).SetErrorHandler(static (_, _) => { }).Build();

    public IConsumer<byte[]?, byte[]?> CreateConsumer(ConsumerConfig config) =>
        new ConsumerBuilder<byte[]?, byte[]?>(Configure(config))
            .SetLogHandler((_, message) => Log(message)).SetErrorHandler(static (_, _) => { }).Build();

    /// <summary>What every client is told, by librdkafka's names.</summary>
    public IReadOnlyDictionary<string, string> Common() =>
        Configure(new ClientConfig()).ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>All topics that the brokers know; asking for all creates none.</summary>
    /// <exception cref="CliException">No broker answers.</exception>
    public Metadata AllTopics(IAdminClient admin)
    {
        try
        {
            return admin.GetMetadata(Timeout);
        }
        catch (KafkaException e) when (KafkaFailures.IsUnreachable(e.Error.Code))
        {
            throw KafkaFailures.Unreachable(_servers, Timeout, e);
        }
    }

    /// <summary>One topic's metadata.</summary>
    /// <exception cref="CliException">No broker answers, or it knows no such topic.</exception>
    public TopicMetadata Topic(IAdminClient admin, string topic) =>
        AllTopics(admin).Topics.FirstOrDefault(t => t.Topic == topic && t.Error.Code == ErrorCode.NoError)
        ?? throw CliException.Failed($"there is no topic {topic}; 'medstreams topics list' shows all");

    private int TimeoutMilliseconds => (int)Timeout.TotalMilliseconds;

    private T Configure<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = _servers;
        config.ClientId ??= "medstreams-cli";
        foreach (var (name, value) in context.Settings.Entries(KafkaSettings.Client).Concat(further ?? []))
            config.Set(DottedName.Of(name), value);
        return config;
    }

    private void Log(LogMessage message)
    {
        if (context.Verbose)
            context.Say($"librdkafka {message.Level}: {message.Message}");
    }
}
