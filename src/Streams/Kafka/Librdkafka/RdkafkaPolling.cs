using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Kafka.Librdkafka;

/// <summary>
/// Takes records in batches from the queue of a consumer that Confluent.Kafka owns, and hands their bytes on where they lie. Rebalances run within, as in
/// Confluent.Kafka's own calls. Used by one thread; to be disposed of before the consumer.
/// </summary>
internal sealed unsafe class RdkafkaPolling : IDisposable
{
    private const int BatchSize = 512;
    private readonly SafeHandle _consumer;
    private readonly nint _queue;
    private readonly nint[] _messages = GC.AllocateArray<nint>(BatchSize, pinned: true);
    private Exception? _handlerError;
    private byte[] _lastName = [];
    private string _lastTopic = "";
    private bool _isDisposed;

    /// <summary>Polls a consumer.</summary>
    /// <param name="consumer">Its native object.</param>
    public RdkafkaPolling(SafeHandle consumer)
    {
        var added = false;
        consumer.DangerousAddRef(ref added);
        _consumer = consumer;
        _queue = Rdkafka.QueueGetConsumer(consumer.DangerousGetHandle());
    }

    /// <summary>A handler that a poll called has failed: the poll throws that.</summary>
    public void Fail(Exception error) => _handlerError ??= error;

    /// <summary>Throws what a handler has failed with.</summary>
    public void ThrowHandlerError()
    {
        if (_handlerError is not { } error)
            return;
        _handlerError = null;
        ExceptionDispatchInfo.Throw(error);
    }

    /// <inheritdoc cref="IStreamConsumer.Poll"/>
    public int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver)
    {
        // A batch is waited for until it is full: so the first record is waited for alone, and the others are what is there.
        var (wait, size, count) = ((int)timeout.TotalMilliseconds, 1, 0);
        fixed (nint* messages = _messages)
        {
            while (count < maxRecords)
            {
                var taken = (int)Rdkafka.ConsumeBatch(_queue, wait, (RdkafkaMessage**)messages, (nuint)Math.Min(size, maxRecords - count));
                if (taken < 0)
                    throw new StreamsException($"The consumer cannot go on: {(ErrorCode)Rdkafka.LastError()}.");
                var records = HandOver(taken, receiver);
                ThrowHandlerError();
                count += records;
                if (taken < size)
                    break;
                (wait, size) = (0, BatchSize);
            }
        }

        return count;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        Rdkafka.QueueDestroy(_queue);
        _consumer.DangerousRelease();
    }

    /// <summary>Answers how many of the messages were records.</summary>
    private int HandOver(int taken, IRecordReceiver receiver)
    {
        var records = 0;
        try
        {
            for (var i = 0; i < taken; i++)
            {
                var message = (RdkafkaMessage*)_messages[i];
                if (message->Error == 0)
                {
                    records++;
                    OnRecord(message, receiver);
                }
                else
                {
                    OnEvent(message, receiver);
                }
            }
        }
        finally
        {
            for (var i = 0; i < taken; i++)
                Rdkafka.MessageDestroy((RdkafkaMessage*)_messages[i]);
        }

        return records;
    }

    private void OnRecord(RdkafkaMessage* message, IRecordReceiver receiver)
    {
        var timestamp = Rdkafka.MessageTimestamp(message, out var type);
        receiver.OnRecord(new RawRecord
        {
            Key = new ReadOnlySpan<byte>(message->Key, (int)message->KeyLength),
            HasKey = message->Key != null,
            Value = new ReadOnlySpan<byte>(message->Payload, (int)message->Length),
            HasValue = message->Payload != null,
            Timestamp = type == (int)TimestampType.NotAvailable ? -1 : timestamp,
            Metadata = new RecordMetadata(TopicOf(message), message->Partition, message->Offset),
            Headers = Rdkafka.MessageHeaders(message, out var headers) == 0 ? Convert(headers) : Headers.Empty,
        });
    }

    /// <summary>An end of a partition, or an error.</summary>
    /// <exception cref="StreamsException">The consumer can never read again.</exception>
    private void OnEvent(RdkafkaMessage* message, IRecordReceiver receiver)
    {
        var code = (ErrorCode)message->Error;
        switch (code)
        {
            case ErrorCode.Local_PartitionEOF:
                receiver.OnEnd(new TopicPartition(TopicOf(message), message->Partition), message->Offset);
                break;
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange:
                receiver.OnOutOfRange(new TopicPartition(TopicOf(message), message->Partition));
                break;
            case ErrorCode.Local_Fatal:
                throw CannotGoOn();
            default:
                // Transient by librdkafka's own account (a topic not known yet, a member thrown out that joins again): the
                // client goes on by itself, and the error comes back if it does not.
                break;
        }
    }

    /// <summary>With the reason, which the message itself does not tell.</summary>
    private StreamsException CannotGoOn()
    {
        var text = stackalloc byte[1];
        var code = (ErrorCode)Rdkafka.FatalError(_consumer.DangerousGetHandle(), text, 1);
        return new StreamsException($"The consumer cannot go on: {code}.", new KafkaException(new Error(code, code.ToString(), isFatal: true)));
    }

    private string TopicOf(RdkafkaMessage* message)
    {
        // One partition after the other sends many records, so the last answer is nearly always the right one.
        var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Rdkafka.TopicName(message->Topic));
        if (!name.SequenceEqual(_lastName))
            (_lastName, _lastTopic) = (name.ToArray(), string.Intern(Encoding.UTF8.GetString(name)));
        return _lastTopic;
    }

    private static Headers Convert(nint headers)
    {
        var items = new Header[(int)Rdkafka.HeaderCount(headers)];
        for (var i = 0; i < items.Length; i++)
        {
            _ = Rdkafka.HeaderAt(headers, (nuint)i, out var name, out var value, out var size);
            var bytes = value == null ? (ReadOnlyMemory<byte>?)null : new ReadOnlySpan<byte>(value, (int)size).ToArray().AsMemory();
            items[i] = new Header(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), bytes);
        }

        return new Headers(items);
    }
}
