using Confluent.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Kafka;

/// <summary>The producer over Confluent.Kafka, for versions of it whose library cannot be called directly.</summary>
internal sealed class ConfluentProducer : IStreamProducer
{
    private static readonly TimeSpan QueueFullWait = TimeSpan.FromMilliseconds(50);
    private const int SentBetweenPolls = 1024; // reports that nobody takes hold their messages in memory
    private static readonly TimeSpan FlushSlice = TimeSpan.FromSeconds(1);
    private static readonly Confluent.Kafka.Headers NoHeaders = [];
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly Dictionary<DeliveryListener, Action<DeliveryReport<byte[]?, byte[]?>>> _handlers = [];

    // One message and its arrays serve all records: librdkafka copies the bytes before Produce returns, and since delivery
    // reports carry nothing of the message nobody keeps it.
    private readonly Message<byte[]?, byte[]?> _message = new();
    private readonly ArraysByLength _keys = new();
    private readonly ArraysByLength _values = new();
    private long _sent;
    private Confluent.Kafka.TopicPartition _to = new(string.Empty, Partition.Any);

    public ConfluentProducer(IReadOnlyDictionary<string, string> settings) =>
        _producer = new ProducerBuilder<byte[]?, byte[]?>(
                new Dictionary<string, string>(settings, StringComparer.Ordinal)
                {
                    ["dotnet.producer.delivery.report.fields"] = "none",

                    // Delivery reports are taken by the thread that sends. With a second thread that polls, librdkafka's flush
                    // sleeps ten milliseconds at a time while the other one empties the queue, and so does every commit.
                    ["dotnet.producer.enable.background.poll"] = "false",
                })
            .SetKeySerializer(Serializers.ByteArray)
            .SetValueSerializer(Serializers.ByteArray)
            .SetLogHandler(static (_, _) => { }) // and no error handler: errors would wait in a queue for a poll
            .Build();

    public void Send(in OutgoingRecord record, DeliveryListener? listener)
    {
        _message.Key = record.HasKey ? _keys.Copy(record.Key) : null;
        _message.Value = record.HasValue ? _values.Copy(record.Value) : null;

        // To librdkafka the time 0 means now; what is off by a millisecond stays in its window.
        _message.Timestamp = new Timestamp(Math.Max(1, record.Timestamp), TimestampType.CreateTime);
        _message.Headers = Convert(record.Headers);
        var to = To(record.Topic, record.Partition ?? Partition.Any);
        var handler = listener is null ? null : HandlerOf(listener);
        while (true)
        {
            try
            {
                _producer.Produce(to, _message, handler);
                if (++_sent % SentBetweenPolls == 0)
                    _producer.Poll(TimeSpan.Zero);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(QueueFullWait);
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (IsTransactionError(e.Error))
            {
                throw Lost(e, e.Error.IsFatal);
            }
            catch (ProduceException<byte[]?, byte[]?> e)
            {
                throw new StreamsException($"The producer refused a record for {record.Topic}: {e.Error.Code}.", e);
            }
        }
    }

    public void Flush()
    {
        // librdkafka gives a record up after message.timeout.ms itself, so this ends.
        while (_producer.Flush(FlushSlice) > 0)
        {
        }
    }

    public void InitTransactions(TimeSpan timeout) => Transact(() => _producer.InitTransactions(timeout));

    public void BeginTransaction() => Transact(_producer.BeginTransaction);

    public void SendOffsets(
        IReadOnlyDictionary<TopicPartition, long> offsets, object groupMetadata, TimeSpan timeout) =>
        Transact(() => _producer.SendOffsetsToTransaction(
            offsets.Select(ConfluentTypes.ToConfluent), (IConsumerGroupMetadata)groupMetadata, timeout));

    public void CommitTransaction(TimeSpan timeout) => Transact(() => _producer.CommitTransaction(timeout));

    public void AbortTransaction(TimeSpan timeout) => Transact(() => _producer.AbortTransaction(timeout));

    public void Dispose() => _producer.Dispose();

    private static void Transact(Action call)
    {
        while (true)
        {
            try
            {
                call();
                return;
            }
            catch (KafkaRetriableException)
            {
                // The same call goes on where it was; its own time-out ends it with another error.
            }
            catch (KafkaTxnRequiresAbortException e)
            {
                throw Lost(e, isFenced: false);
            }
            catch (KafkaException e)
            {
                throw Lost(e, isFenced: true);
            }
        }
    }

    private static bool IsTransactionError(Error error) =>
        error.IsFatal || error.Code is ErrorCode.Local_State or ErrorCode.Local_Fenced or ErrorCode.Local_Fatal;

    /// <summary>What an error of a record means.</summary>
    internal static DeliveryFailure FailureOf(Error error) => new(
        error.Code.ToString(),
        error.IsLocalError || error.Code is ErrorCode.OutOfOrderSequenceNumber or ErrorCode.InvalidProducerEpoch
            or ErrorCode.UnknownProducerId or ErrorCode.InvalidTxnState or ErrorCode.InvalidProducerIdMapping
            or ErrorCode.NotLeaderForPartition or ErrorCode.LeaderNotAvailable or ErrorCode.RequestTimedOut
            or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend or ErrorCode.NetworkException
            or ErrorCode.KafkaStorageError);

    private static TransactionLostException Lost(KafkaException e, bool isFenced) =>
        new($"The transaction is lost: {e.Error.Code}.", isFenced, e);

    private static Confluent.Kafka.Headers Convert(Headers headers)
    {
        if (headers.Count == 0)
            return NoHeaders;
        var converted = new Confluent.Kafka.Headers();
        foreach (var header in headers)
            converted.Add(header.Key, header.Value?.ToArray());
        return converted;
    }

    private Confluent.Kafka.TopicPartition To(string topic, Partition partition)
    {
        if (!ReferenceEquals(_to.Topic, topic) || _to.Partition != partition)
            _to = new(topic, partition);
        return _to;
    }

    private Action<DeliveryReport<byte[]?, byte[]?>> HandlerOf(DeliveryListener listener)
    {
        if (!_handlers.TryGetValue(listener, out var handler))
        {
            handler = report => listener(
                report.Topic,
                report.Partition.Value,
                report.Offset.Value,
                report.Error.IsError ? FailureOf(report.Error) : null);
            _handlers.Add(listener, handler);
        }

        return handler;
    }
}
