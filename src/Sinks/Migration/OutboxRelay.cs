using Confluent.Kafka;
using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// Brings tasks from the outbox into their topic, each exactly once, in the order of their positions. One relay works at a time, others stand by; who takes over fences the one
/// before and reads in the topic itself how far it came, so that neither a death at any point nor an unknown outcome of a commit loses or doubles a task.
/// </summary>
/// <param name="database">Where the outbox is.</param>
/// <param name="options">Where tasks go.</param>
/// <param name="logger">Takes what an operator should know.</param>
public sealed class OutboxRelay(MigrationDatabase database, OutboxRelayOptions options, ILogger<OutboxRelay> logger)
{
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);
    private readonly string _owner = $"{database.Options.Owner}/{Guid.NewGuid():N}";

    /// <summary>Publishes until it is stopped; waits while another relay works, nothing is there, or brokers or database are away.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StreamsException">An option is out of its range, or the database refuses.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        try
        {
            while (true)
                await Task.Delay(await TurnAsync(cancellationToken), database.Clock, cancellationToken);
        }
        finally
        {
            await GiveBackAsync();
        }
    }

    /// <summary>Publishes as long as the lease lasts and nothing fails.</summary>
    /// <returns>How long to wait before the next turn.</returns>
    private async Task<TimeSpan> TurnAsync(CancellationToken stop)
    {
        try
        {
            if (await LeaseAsync(stop) is not { } state)
                return options.Interval;
            using var topic = await Task.Run(() => TaskTopic.Open(options, state, logger, stop), stop);
            MigrationLog.RelayStarted(logger, options.Topic, topic.Position + 1);
            await NoteAsync(topic.Position, stop);
            while (await LeaseAsync(stop) is not null)
                await PublishAsync(topic, stop);
            return options.Interval;
        }
        catch (KafkaException e)
        {
            MigrationLog.RelayFailed(logger, $"{e.Error.Code}, {e.Error.Reason}");
        }
        catch (SinkUnavailableException e)
        {
            MigrationLog.RelayFailed(logger, e.Message);
        }

        return Backoff;
    }

    private async Task PublishAsync(TaskTopic topic, CancellationToken stop)
    {
        var tasks = await database.TransactAsync((connection, t) => OutboxRows.NextAsync(connection, topic.Position, options.Batch, t), stop);
        if (tasks.Count == 0)
        {
            await Task.Delay(options.Interval, database.Clock, stop);
            return;
        }

        await Task.Run(() => topic.Publish(tasks, stop), CancellationToken.None);
        await NoteAsync(topic.Position, stop);
    }

    private Task<RelayState?> LeaseAsync(CancellationToken stop) =>
        database.RunAsync((connection, t) => OutboxRows.LeaseAsync(connection, _owner, options.Lease, t), stop);

    /// <summary>So that the database knows too, should the topic ever be made anew, and keeps no task longer than needed.</summary>
    private Task<long> NoteAsync(long position, CancellationToken stop) => database.TransactAsync(
        async (connection, t) =>
        {
            await OutboxRows.PublishedAsync(connection, position, t);
            return position;
        },
        stop);

    private async Task GiveBackAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await database.RunAsync(
                async (connection, t) =>
                {
                    await OutboxRows.ReleaseAsync(connection, _owner, t);
                    return true;
                },
                limit.Token);
        }
        catch (Exception e) when (e is StreamsException or OperationCanceledException)
        {
            MigrationLog.RelayFailed(logger, e.GetType().Name); // another takes over when the lease is over
        }
    }
}
