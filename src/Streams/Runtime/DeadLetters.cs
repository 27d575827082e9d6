using System.Text;
using MedStreams.Streams.Async;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Writes refused records, with their original bytes, to the dead-letter topic, under the headers of KIP-1034. Where the bytes are
/// not at hand any more they are read from their topic again. The texts name types and places, never content.
/// </summary>
internal sealed class DeadLetters(
    StreamsConfig config,
    IRecordCollector collector,
    Func<IRestoreConsumer> createReader,
    Func<IStreamProducer> createSideProducer,
    ILogger logger)
    : IDeserializationErrors, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private IRestoreConsumer? _reader;
    private IStreamProducer? _sideProducer;

    /// <summary>How many records were dropped or dead-lettered.</summary>
    public long Count { get; private set; }

    public void OnError(in RawRecord record, SerializationException error)
    {
        var verdict = config.OnDeserializationError(new ErrorContext(error, record.Metadata, null, null));
        if (verdict == ErrorVerdict.Fail)
        {
            throw new StreamsException(
                $"A record of {record.Metadata.Topic}-{record.Metadata.Partition} at {record.Metadata.Offset} cannot be "
                + "deserialised. Repair its producer, or let OnDeserializationError answer Continue or DeadLetter.",
                error);
        }

        Settle(verdict, record, error);
    }

    public void OnNegativeTimestamp(in RawRecord record)
    {
        Count++;
        RuntimeLog.RecordDropped(
            logger, record.Metadata.Topic, record.Metadata.Partition, record.Metadata.Offset, "negative timestamp");
    }

    /// <summary>A processor threw. Returns where the record is settled.</summary>
    /// <exception cref="StreamsException">The handler says fail.</exception>
    public void OnProcessingError(Exception error, RecordMetadata? metadata, string? node, TaskId task)
    {
        (error, var handler) = ExhaustedCallException.Unwrap(error, config.OnProcessingError);
        var verdict = handler(new ErrorContext(error, metadata, node, task));
        if (verdict == ErrorVerdict.Fail || metadata is not { } source)
        {
            throw new StreamsException($"{node ?? "A node"} of task {task} threw {error.GetType().Name}.", error)
            {
                Task = task,
            };
        }

        if (verdict == ErrorVerdict.Continue)
            Settle(verdict, new RawRecord { Metadata = source }, error);
        else
            Read(source, new Forwarder(this, source.Offset, verdict, error));
    }

    /// <summary>A target outside Kafka refused records: they are durable here when this returns.</summary>
    public void OnRejected(TopicPartition input, IReadOnlyList<RejectedRecord> records)
    {
        if (config.DeadLetterTopic is null)
        {
            throw new StreamsException(
                $"The target refused the record of {input} at {records[0].Offset} ({records[0].Reason}). Set "
                + "errors.dead.letter.queue.topic.name, so that such records have a place to go.");
        }

        _sideProducer ??= createSideProducer();
        foreach (var rejected in records)
        {
            var source = new RecordMetadata(input.Topic, input.Partition, rejected.Offset);
            var reason = new StreamsException(rejected.Reason);
            Read(source, new Forwarder(this, source.Offset, ErrorVerdict.DeadLetter, reason, _sideProducer));
        }

        _sideProducer.Flush();
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _sideProducer?.Dispose();
    }

    private void Settle(ErrorVerdict verdict, in RawRecord record, Exception error, IStreamProducer? side = null)
    {
        Count++;
        var (topic, partition, offset) = (record.Metadata.Topic, record.Metadata.Partition, record.Metadata.Offset);
        if (verdict == ErrorVerdict.Continue)
        {
            RuntimeLog.RecordDropped(logger, topic, partition, offset, error.GetType().Name);
            return;
        }

        var deadLetters = config.DeadLetterTopic ?? throw new StreamsException(
            "A handler answered DeadLetter, but errors.dead.letter.queue.topic.name is not set.");
        var deadLetter = new OutgoingRecord
        {
            Topic = deadLetters,
            Key = record.Key,
            HasKey = record.HasKey,
            Value = record.Value,
            HasValue = record.HasValue,
            Timestamp = Math.Max(0, record.Timestamp),
            Headers = WithErrors(record, error),
        };
        if (side is null)
            collector.Send(deadLetter);
        else
            side.Send(deadLetter, null);

        RuntimeLog.RecordDeadLettered(logger, topic, partition, offset, error.GetType().Name);
    }

    /// <summary>The record's headers, and those that tell what happened to it.</summary>
    internal static Headers WithErrors(in RawRecord record, Exception error)
    {
        var headers = record.Headers ?? Headers.Empty;
        // Our own exceptions name places; a foreign one's text may quote the record.
        var message = error is StreamsException ? error.Message : error.GetType().Name;
        return headers
            .With("__streams.errors.exception", Encoding.UTF8.GetBytes(error.GetType().FullName ?? error.GetType().Name))
            .With("__streams.errors.message", Encoding.UTF8.GetBytes(message))
            .With("__streams.errors.stacktrace", Encoding.UTF8.GetBytes(error.StackTrace ?? string.Empty))
            .With("__streams.errors.topic", Encoding.UTF8.GetBytes(record.Metadata.Topic))
            .With("__streams.errors.partition", Encoding.UTF8.GetBytes(record.Metadata.Partition.ToString()))
            .With("__streams.errors.offset", Encoding.UTF8.GetBytes(record.Metadata.Offset.ToString()));
    }

    private void Read(RecordMetadata source, Forwarder forwarder)
    {
        _reader ??= createReader();
        var partition = new TopicPartition(source.Topic, source.Partition);
        _reader.Assign(new Dictionary<TopicPartition, long> { [partition] = source.Offset });
        var deadline = config.Clock.GetUtcNow() + Patience;
        while (!forwarder.Done)
        {
            _reader.Poll(TimeSpan.FromMilliseconds(100), 1, forwarder);
            if (config.Clock.GetUtcNow() > deadline)
                throw new TimeoutException($"{partition} could not be read again at {source.Offset} within {Patience}.");
        }
    }

    private sealed class Forwarder(
        DeadLetters owner, long offset, ErrorVerdict verdict, Exception error, IStreamProducer? side = null)
        : IRecordReceiver
    {
        public bool Done { get; private set; }

        public void OnRecord(in RawRecord record)
        {
            if (Done)
                return;
            if (record.Metadata.Offset != offset)
            {
                throw new StreamsException(
                    $"{record.Metadata.Topic}-{record.Metadata.Partition} does not hold the record at {offset} any more.");
            }

            owner.Settle(verdict, record, error, side);
            Done = true;
        }

        public void OnEnd(TopicPartition partition, long offset)
        {
        }

        public void OnOutOfRange(TopicPartition partition) =>
            throw new StreamsException($"{partition} does not hold the record at {offset} any more.");
    }
}
