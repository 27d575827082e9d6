using Confluent.Kafka;
using MedStreams.Streams.Kafka.Librdkafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Kafka;

/// <summary>
/// Turns what a consumer of Confluent.Kafka receives into raw records: in batches from its native queue, where that can be reached, else record
/// by record through Confluent.Kafka. Used by one thread; to be disposed of before the consumer.
/// </summary>
internal sealed class ConfluentPolling(ByteArena arena) : IDisposable
{
    private RdkafkaPolling? _direct;

    // One partition after the other sends many records, so the last answer is nearly always the right one.
    private string _lastTopic = string.Empty;

    /// <summary>To be called once, with the consumer that is polled.</summary>
    public void Attach(IConsumer<ByteSlice, ByteSlice> consumer)
    {
        if (Rdkafka.IsUsable && Rdkafka.HandleOf(consumer) is { } handle)
            _direct = new RdkafkaPolling(handle);
    }

    /// <summary>
    /// Keeps what a handler has thrown for the poll that called it. Answers false where Confluent.Kafka keeps it, as it does in its own
    /// calls.
    /// </summary>
    public bool Keeps(Exception error)
    {
        _direct?.Fail(error);
        return _direct is not null;
    }

    public void Dispose()
    {
        _direct?.Dispose();
        _direct = null;
    }

    public int Poll(IConsumer<ByteSlice, ByteSlice> consumer, TimeSpan timeout, int maxRecords, IRecordReceiver receiver)
    {
        if (_direct is not null)
            return _direct.Poll(timeout, maxRecords, receiver);
        var wait = (int)timeout.TotalMilliseconds;
        var count = 0;
        while (count < maxRecords)
        {
            arena.Reset();
            var result = Consume(consumer, wait, receiver);
            wait = 0;
            if (result is null)
                break;
            var topic = Intern(result.Topic);
            if (result.IsPartitionEOF)
            {
                receiver.OnEnd(new TopicPartition(topic, result.Partition.Value), result.Offset.Value);
                continue;
            }

            var message = result.Message;
            receiver.OnRecord(new RawRecord
            {
                Key = arena[message.Key],
                HasKey = message.Key.HasValue,
                Value = arena[message.Value],
                HasValue = message.Value.HasValue,
                Timestamp = message.Timestamp.Type == TimestampType.NotAvailable
                    ? -1
                    : message.Timestamp.UnixTimestampMs,
                Metadata = new RecordMetadata(topic, result.Partition.Value, result.Offset.Value),
                Headers = Convert(message.Headers),
            });
            count++;
        }

        return count;
    }

    /// <summary>The next record or end of a partition; null where none came in time.</summary>
    /// <exception cref="StreamsException">The consumer can never read again.</exception>
    private static ConsumeResult<ByteSlice, ByteSlice>? Consume(
        IConsumer<ByteSlice, ByteSlice> consumer, int wait, IRecordReceiver receiver)
    {
        try
        {
            return consumer.Consume(wait);
        }
        catch (ConsumeException e) when (e.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            receiver.OnOutOfRange(e.ConsumerRecord.TopicPartition.FromConfluent());
            return null;
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            // Transient by librdkafka's own account (a topic not known yet, a member thrown out that joins again): the
            // client goes on by itself, and the error comes back if it does not.
            return null;
        }
        catch (KafkaException e)
        {
            throw new StreamsException($"The consumer cannot go on: {e.Error.Code}.", e);
        }
    }

    private static Headers Convert(Confluent.Kafka.Headers? headers)
    {
        if (headers is null || headers.Count == 0)
            return Headers.Empty;
        var items = new Header[headers.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var bytes = headers[i].GetValueBytes();
            items[i] = new Header(headers[i].Key, bytes is null ? null : bytes.AsMemory());
        }

        return new Headers(items);
    }

    private string Intern(string topic)
    {
        if (!string.Equals(topic, _lastTopic, StringComparison.Ordinal))
            _lastTopic = string.Intern(topic);
        return _lastTopic;
    }
}
