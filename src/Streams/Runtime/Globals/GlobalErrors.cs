using MedStreams.Streams.Processing;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Asks the handlers what becomes of records that cannot go into a global store. Every instance reads them all, so they are dropped
/// and logged, never dead-lettered, where the handler does not say fail.
/// </summary>
internal sealed class GlobalErrors(StreamsConfig config, ILogger logger) : IDeserializationErrors
{
    public void OnError(in RawRecord record, SerializationException error)
    {
        var source = record.Metadata;
        if (config.OnDeserializationError(new ErrorContext(error, source, null, null)) == ErrorVerdict.Fail)
        {
            throw new StreamsException(
                $"A record of {source.Topic}-{source.Partition} at {source.Offset} cannot be deserialised for a global store. Repair "
                + "its producer, or let OnDeserializationError answer Continue.",
                error);
        }

        RuntimeLog.RecordDropped(logger, source.Topic, source.Partition, source.Offset, error.GetType().Name);
    }

    public void OnNegativeTimestamp(in RawRecord record) =>
        RuntimeLog.RecordDropped(
            logger, record.Metadata.Topic, record.Metadata.Partition, record.Metadata.Offset, "negative timestamp");

    /// <summary>The processor of a global store threw. Returns where its record is dropped.</summary>
    /// <exception cref="StreamsException">The handler says fail.</exception>
    public static void OnProcessingError(StreamsConfig config, ILogger logger, Exception error, RecordMetadata source)
    {
        var node = FailureSite.Of(error);
        var verdict = config.OnProcessingError(
            new ErrorContext(error, source.Topic is null ? null : source, node, TaskId.Global));
        if (verdict == ErrorVerdict.Fail || source.Topic is null)
            throw new StreamsException($"{node} of a global store threw {error.GetType().Name}.", error);
        RuntimeLog.RecordDropped(logger, source.Topic, source.Partition, source.Offset, error.GetType().Name);
    }
}
