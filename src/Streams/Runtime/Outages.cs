using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// How long each record has failed that needs something that does not answer (<see cref="RetriableException"/>), and when it is tried again. Owned by
/// one thread.
/// </summary>
internal sealed class Outages(StreamsConfig config, string thread, ILogger logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastDelay = TimeSpan.FromSeconds(10);

    // A flush or a punctuation is no record that could be told from the next: what lies further apart than this is another outage.
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);
    private readonly Dictionary<TopicPartition, Outage> _outages = [];

    /// <summary>A record has failed; answers when it is to be tried again, in epoch milliseconds.</summary>
    /// <param name="record">The record; default where there is none.</param>
    /// <param name="error">What came out.</param>
    /// <exception cref="StreamsException">It has failed for <c>task.timeout.ms</c>.</exception>
    public long RetryAt(RecordMetadata record, Exception error)
    {
        var at = new TopicPartition(record.Topic ?? string.Empty, record.Partition);
        var now = config.Clock.GetUtcNow();
        if (!_outages.TryGetValue(at, out var outage) || outage.Offset != record.Offset || IsOver(record, outage, now))
            outage = new Outage(record.Offset, now, now, 0);
        if (now - outage.Since >= config.TaskTimeout)
            throw Failed(record, error);
        var delay = TimeSpan.FromTicks(Math.Min(FirstDelay.Ticks << Math.Min(outage.Attempts, 10), LastDelay.Ticks));
        _outages[at] = outage with { Last = now, Attempts = outage.Attempts + 1 };
        RuntimeLog.ServiceDown(logger, thread, at.Topic, at.Partition, record.Offset, delay, error);
        return (now + delay).ToUnixTimeMilliseconds();
    }

    private static bool IsOver(RecordMetadata record, Outage outage, DateTimeOffset now) =>
        record.Topic is null && now - outage.Last > Apart;

    private StreamsException Failed(RecordMetadata record, Exception error)
    {
        var what = record.Topic is null ? "A flush or punctuation" : $"The record of {record.Topic}-{record.Partition} at {record.Offset}";
        return new StreamsException(
            $"{what} needs something that has not answered for {config.TaskTimeout} (task.timeout.ms): {RetriableException.In(error)!.Message} "
            + "Nothing was dropped: start again when it answers.",
            error);
    }

    private readonly record struct Outage(long Offset, DateTimeOffset Since, DateTimeOffset Last, int Attempts);
}
