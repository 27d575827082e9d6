using Confluent.Kafka;

namespace MedStreams.Bench.Support;

/// <summary>Confluent.Kafka clients that keep librdkafka's log lines to themselves.</summary>
public static class Clients
{
    public static IConsumer<TKey, TValue> Consumer<TKey, TValue>(IReadOnlyDictionary<string, string> settings) =>
        new ConsumerBuilder<TKey, TValue>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    public static IProducer<byte[], byte[]> Producer(IReadOnlyDictionary<string, string> settings) =>
        new ProducerBuilder<byte[], byte[]>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Produces; where the queue is full, waits for room.</summary>
    public static void Send(
        this IProducer<byte[], byte[]> producer,
        TopicPartition to,
        Message<byte[], byte[]> message,
        Action<DeliveryReport<byte[], byte[]>>? onDelivery = null)
    {
        while (true)
        {
            try
            {
                producer.Produce(to, message, onDelivery);
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
