using MedStreams.Streams.Runtime;

namespace MedStreams.Streams;

/// <content>Whether the instance does its work.</content>
public sealed partial class KafkaStreams
{
    /// <summary>
    /// Whether the instance does its work, and why not, by what it knows itself: it asks nobody, and answers at once. What is said of tasks is up
    /// to a second old.
    /// </summary>
    public StreamsHealth Health()
    {
        lock (_lock)
        {
            var threads = _threads.ConvertAll(t => t.Health());
            var (active, standby) = (threads.Sum(t => t.ActiveTasks), threads.Sum(t => t.StandbyTasks));
            var standstills = OfInstance(State, active, standby).Concat(threads.SelectMany(t => t.Standstills));
            var isLive = State is not (KafkaStreamsState.NotRunning or KafkaStreamsState.PendingError or KafkaStreamsState.Error);
            return new StreamsHealth(State, isLive, active, standby, [.. standstills]);
        }
    }

    /// <summary>As <see cref="Health"/>; also asks whether a broker answers.</summary>
    /// <param name="timeout">How long the broker may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<StreamsHealth> HealthAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var health = Health();
        if (health.State is not (KafkaStreamsState.Running or KafkaStreamsState.Rebalancing) || _admin is not { } admin)
            return health;
        var assignments = new TopicPartition(GroupLog.TopicOf(_config.ApplicationId), 0);
        var bounds = await Task.Run(() => Ask(admin), cancellationToken).WaitAsync(cancellationToken);
        return bounds is not null
            ? health
            : health with
            {
                Standstills =
                [
                    new Standstill(StandstillReason.BrokerDown,
                        $"No broker has answered within {timeout}: see whether {_config.BootstrapServers} can be reached from here."),
                    .. health.Standstills,
                ],
            };

        (long, long)? Ask(Kafka.IStreamAdmin from)
        {
            try
            {
                return from.TryBounds(assignments, timeout);
            }
            catch (ObjectDisposedException)
            {
                return (0, 0); // it stops meanwhile, which is no fault of the broker
            }
        }
    }

    private IEnumerable<Standstill> OfInstance(KafkaStreamsState state, int active, int standby)
    {
        switch (state)
        {
            case KafkaStreamsState.Created:
                yield return new Standstill(StandstillReason.NotStarted, "The instance is not started.");
                yield break;
            case KafkaStreamsState.PendingShutdown:
                yield return new Standstill(StandstillReason.Stopping, "The instance commits and leaves its group, as asked.");
                yield break;
            case KafkaStreamsState.NotRunning:
                yield return new Standstill(StandstillReason.Stopped, "The instance has stopped, as asked.");
                yield break;
            case KafkaStreamsState.PendingError or KafkaStreamsState.Error:
                yield return new Standstill(
                    StandstillReason.Failed, $"A {_error?.GetType().Name} has stopped the instance: its log says more. It has to be started again.");
                yield break;
        }

        if (_starting)
        {
            yield return _global is not null && _globals is null
                ? new Standstill(StandstillReason.FillingGlobalStores, "The global stores are filled before tasks begin.")
                : new Standstill(StandstillReason.NotStarted, "The instance starts: it looks for its topics and makes those that are missing.");
        }

        if (IsPaused)
            yield return new Standstill(StandstillReason.Paused, "The instance is paused: resume it.");
        if (state == KafkaStreamsState.Running && active == 0)
        {
            yield return new Standstill(StandstillReason.NoTasks, standby > 0
                ? $"No active task came to this instance; it keeps {standby} warm for others."
                : "No task came to this instance: other members have all partitions.");
        }
    }
}
