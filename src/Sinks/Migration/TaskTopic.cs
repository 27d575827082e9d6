using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// The topic of tasks, as its one writer has it. Opening fences all earlier writers of this database and reads where they ended. Owned by one thread at a time.
/// </summary>
internal sealed class TaskTopic : IDisposable
{
    private readonly OutboxRelayOptions _options;
    private readonly Guid _database;
    private readonly IProducer<string, byte[]> _producer;

    private TaskTopic(OutboxRelayOptions options, Guid database, ILogger logger)
    {
        (_options, _database) = (options, database);
        var config = new ProducerConfig(new Dictionary<string, string>(options.Kafka, StringComparer.Ordinal))
        {
            TransactionalId = $"{options.TransactionalIdPrefix}{database:N}",
            Acks = Acks.All,
            LingerMs = 5,
            Partitioner = Partitioner.Murmur2Random, // as the engine does: records of a study meet in one partition number
        };
        _producer = new ProducerBuilder<string, byte[]>(config)
            .SetLogHandler((_, message) => MigrationLog.Client(logger, message.Level, message.Message))
            .SetErrorHandler((_, error) => MigrationLog.Client(logger, SyslogLevel.Warning, error.Reason))
            .Build();
    }

    /// <summary>The last position that is in the topic for good.</summary>
    public long Position { get; private set; }

    /// <summary>Ends what earlier writers have left open, and reads how far they came.</summary>
    /// <param name="options">How to connect.</param>
    /// <param name="state">What the database knows.</param>
    /// <param name="logger">Takes what the client reports.</param>
    /// <param name="stop">Ends the wait.</param>
    public static TaskTopic Open(OutboxRelayOptions options, RelayState state, ILogger logger, CancellationToken stop)
    {
        var topic = new TaskTopic(options, state.Database, logger);
        try
        {
            topic._producer.InitTransactions(options.Patience);
            topic.Position = Math.Max(state.Published, new TaskTopicEnd(options, state.Database).Read(stop));
            return topic;
        }
        catch
        {
            topic.Dispose();
            throw;
        }
    }

    /// <summary>Writes tasks that follow <see cref="Position"/>, all or none. After an exception the topic must be opened anew, which tells what became of them.</summary>
    public void Publish(IReadOnlyList<OutboxTask> tasks, CancellationToken stop)
    {
        _producer.BeginTransaction();
        foreach (var task in tasks)
        {
            _producer.Produce(_options.Topic, new Message<string, byte[]>
            {
                Key = task.StudyUid,
                Value = task.Payload,
                Headers = OutboxHeader.Of(_database, task.Position),
            });
        }

        while (true)
        {
            try
            {
                _producer.CommitTransaction(_options.Patience);
                Position = tasks[^1].Position;
                return;
            }
            catch (KafkaRetriableException)
            {
                stop.ThrowIfCancellationRequested(); // what became of it, the next one to open finds out
            }
        }
    }

    /// <summary>Closes the producer; an open transaction is ended by the next to open.</summary>
    public void Dispose() => _producer.Dispose();
}
