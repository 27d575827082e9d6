using MedStreams.Broker.Metrics;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Storage;

/// <summary>Compacts the logs of a broker, the dirtiest first, one at a time.</summary>
internal sealed class LogCleaner(
    LogManager logs, Func<CleanerSettings> settings, BrokerMetrics metrics, TimeProvider clock, ILogger logger)
{
    /// <summary>Compacts until no log is due.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How many passes there were.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var passes = 0;
        var present = settings();
        if (!present.IsEnabled)
            return 0;
        var done = new HashSet<PartitionLog>();
        while (Dirtiest(done) is { } log)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var began = clock.GetTimestamp();
            try
            {
                if (await log.CompactAsync(present, cancellationToken) is not { } result)
                {
                    if (log.IsUncompactable)
                        metrics.CleanerFailed();
                    done.Add(log);
                    continue;
                }

                passes++;
                metrics.Cleaned(result, clock.GetElapsedTime(began));
                Logs.Compacted(
                    logger, log.Partition.Topic, log.Partition.Partition, result.CleanedTo, result.Segments, result.BytesBefore, result.BytesAfter);
            }
            catch (IOException exception)
            {
                done.Add(log);
                metrics.CleanerFailed();
                Logs.CompactionFailed(logger, exception, log.Partition.Topic, log.Partition.Partition);
            }
        }

        return passes;
    }

    private PartitionLog? Dirtiest(HashSet<PartitionLog> done)
    {
        (PartitionLog? Log, double Ratio) dirtiest = (null, -1);
        foreach (var log in logs.Topics.SelectMany(topic => topic.Partitions))
        {
            if (!done.Contains(log)
                && log.PlanCompaction() is { } plan
                && plan.IsDue(log.Settings)
                && plan.DirtyRatio > dirtiest.Ratio)
            {
                dirtiest = (log, plan.DirtyRatio);
            }
        }

        return dirtiest.Log;
    }
}
