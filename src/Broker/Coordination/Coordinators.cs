using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>The coordinator of groups and that of transactions, over the topics of one broker.</summary>
internal sealed class Coordinators : IDisposable
{
    private readonly ILogger _logger;

    public Coordinators(LogManager logs, CoordinatorSettings settings, TimeProvider clock, ILogger logger)
    {
        _logger = logger;
        Groups = new GroupCoordinator(
            InternalTopic(logs, Topic.ConsumerOffsets, settings.OffsetsTopicPartitions), settings.Groups, clock, logger);
        Transactions = new TransactionCoordinator(
            InternalTopic(logs, Topic.TransactionState, settings.TransactionTopicPartitions),
            new MarkerWriter(logs.Find, Groups, logger),
            logs.ProducerIds.Next,
            settings.Transactions with { VerifiesPartitions = () => logs.Configs.IsOn(BrokerConfigTable.PartitionVerificationEnable) },
            clock,
            logger);
        logs.OnDeleted(topic => _ = BackgroundWork.RunAsync(() => Groups.ForgetTopicAsync(topic.Name), logger));
    }

    /// <summary>The coordinator of groups.</summary>
    public GroupCoordinator Groups { get; }

    /// <summary>The coordinator of transactions.</summary>
    public TransactionCoordinator Transactions { get; }

    /// <summary>
    /// Reads everything back and completes the transactions that a stop left prepared. To be awaited before the first request.
    /// </summary>
    public async ValueTask LoadAsync()
    {
        Groups.Load();
        await Transactions.LoadAsync();
        CoordinationLogs.Loaded(_logger, Groups.Count, Transactions.Count);
    }

    /// <summary>Stops timers and sends away who waits. To be called after the last request and before the logs close.</summary>
    public void Dispose()
    {
        Transactions.Dispose();
        Groups.Dispose();
    }

    private static CoordinatorTopic InternalTopic(LogManager logs, string name, int partitions)
    {
        var configs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "compact",
            ["compression.type"] = "producer",
            ["segment.bytes"] = "104857600",
        };
        return new CoordinatorTopic(
            () => logs.Find(name)?.Partitions,
            () => logs.GetOrCreate(name, partitions, configs).Partitions);
    }
}

/// <summary>How the coordinators are set up.</summary>
internal sealed record CoordinatorSettings
{
    /// <summary><c>offsets.topic.num.partitions</c>, when the topic is made.</summary>
    public int OffsetsTopicPartitions { get; init; } = 4;

    /// <summary><c>transaction.state.log.num.partitions</c>, when the topic is made.</summary>
    public int TransactionTopicPartitions { get; init; } = 4;

    /// <summary>What groups may ask for.</summary>
    public GroupLimits Groups { get; init; } = new();

    /// <summary>How long transactions last.</summary>
    public TransactionLimits Transactions { get; init; } = new();

    /// <summary>The part of a broker's set-up that concerns the coordinators.</summary>
    public static CoordinatorSettings From(BrokerOptions options) => new()
    {
        OffsetsTopicPartitions = options.OffsetsTopicPartitions,
        TransactionTopicPartitions = options.TransactionTopicPartitions,
        Groups = new GroupLimits
        {
            MinSessionTimeoutMs = (int)options.MinSessionTimeout.TotalMilliseconds,
            MaxSessionTimeoutMs = (int)options.MaxSessionTimeout.TotalMilliseconds,
            InitialRebalanceDelayMs = (int)options.InitialRebalanceDelay.TotalMilliseconds,
            OffsetsRetentionMs = (long)options.OffsetsRetention.TotalMilliseconds,
            OffsetsRetentionCheckMs = (long)options.OffsetsRetentionCheckInterval.TotalMilliseconds,
        },
        Transactions = new TransactionLimits
        {
            MaxTimeoutMs = (int)options.MaxTransactionTimeout.TotalMilliseconds,
            AbortCheckMs = (int)options.TransactionAbortInterval.TotalMilliseconds,
            IdExpirationMs = (long)options.TransactionalIdExpiration.TotalMilliseconds,
            IdExpirationCheckMs = (int)options.TransactionalIdExpirationCheckInterval.TotalMilliseconds,
        },
    };
}
