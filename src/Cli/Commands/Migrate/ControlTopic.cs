using System.Buffers;
using System.Text;
using Confluent.Kafka;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Running;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Streams;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary>Says a word to all processes of a migration.</summary>
internal static class ControlTopic
{
    public static async Task SayAsync(this CommandContext context, MigrationControl word, CancellationToken stop)
    {
        var value = new ArrayBufferWriter<byte>();
        MigrationSerdes.Control.Serialize(word, value, default);
        await context.SayAsync(MigrationSettings.ToOptions(context.Settings).ControlTopic, word.Key, value.WrittenSpan.ToArray(), stop);
    }

    /// <summary>Writes a word into a compacted topic of one partition, which is made where it is not there.</summary>
    public static async Task SayAsync(this CommandContext context, string topic, string key, byte[] word, CancellationToken stop)
    {
        await MissingTopics.CreateAsync(
            context,
            new RunnableTopology(new StreamsBuilder().Build())
            {
                Topics = [topic],
                FixedPartitions = new Dictionary<string, int>(StringComparer.Ordinal) { [topic] = 1 },
                CompactedTopics = [topic],
            },
            partitions: 1);
        using var producer = new KafkaClients(context).CreateProducer(new ProducerConfig { Acks = Acks.All, EnableIdempotence = true });
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes(key), Value = word }, stop);
    }

    /// <summary>Now, as words of operators tell it.</summary>
    public static long Now(this CommandContext context) => context.Environment.Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
