using MedStreams.Streams.Async;
using MedStreams.Streams.Processing;
using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Testing;

/// <summary>Asks the handlers of the test what becomes of records that cannot be read or processed, and does it.</summary>
internal sealed class DriverErrors(TopologyTestDriverOptions options, CapturingCollector collector) : IDeserializationErrors
{
    /// <summary>The records that tasks have been given, for the dead-letter topic, by where they came from.</summary>
    private readonly Dictionary<RecordMetadata, CapturedRecord> _originals = [];

    public void Remember(RecordMetadata metadata, CapturedRecord record)
    {
        if (options.DeadLetterTopic is not null)
            _originals[metadata] = record;
    }

    public void OnError(in RawRecord record, SerializationException error)
    {
        var metadata = record.Metadata;
        var verdict = options.OnDeserializationError(new ErrorContext(error, metadata, null, null));
        if (verdict == ErrorVerdict.Fail)
        {
            throw new StreamsException(
                $"A record of {metadata.Topic} at offset {metadata.Offset} could not be read: {error.Message}", error);
        }

        Settle(verdict, metadata, error);
    }

    public void OnNegativeTimestamp(in RawRecord record)
    {
        // Dropped, as in the engine.
    }

    /// <summary>A processor threw. Returns where the record is settled.</summary>
    /// <exception cref="StreamsException">The handler says fail.</exception>
    public void OnProcessingError(Exception error, RecordMetadata? metadata, TaskId task)
    {
        var node = FailureSite.Of(error);
        (error, var handler) = ExhaustedCallException.Unwrap(error, options.OnProcessingError);
        var verdict = handler(new ErrorContext(error, metadata, node, task));
        if (verdict == ErrorVerdict.Fail || metadata is not { } source)
        {
            throw new StreamsException($"{node ?? "A node"} of task {task} threw {error.GetType().Name}.", error)
            {
                Task = task,
            };
        }

        Settle(verdict, source, error);
    }

    private void Settle(ErrorVerdict verdict, RecordMetadata source, Exception error)
    {
        if (verdict != ErrorVerdict.DeadLetter)
            return;
        var topic = options.DeadLetterTopic
            ?? throw new StreamsException("A handler answered DeadLetter, but the options name no dead-letter topic.");
        var record = _originals[source];
        var raw = new RawRecord { Metadata = source, Headers = record.Headers };
        collector.Send(new OutgoingRecord
        {
            Topic = topic,
            Key = record.Key,
            HasKey = record.Key is not null,
            Value = record.Value,
            HasValue = record.Value is not null,
            Timestamp = Math.Max(0, record.Timestamp),
            Headers = DeadLetters.WithErrors(raw, error),
        });
    }
}
