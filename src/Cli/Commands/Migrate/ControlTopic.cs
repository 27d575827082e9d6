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
        var topic = MigrationSettings.ToOptions(context.Settings).ControlTopic;
        await MissingTopics.CreateAsync(
            context,
            new RunnableTopology(new StreamsBuilder().Build())
            {
                Topics = [topic],
                FixedPartitions = new Dictionary<string, int>(StringComparer.Ordinal) { [topic] = 1 },
                CompactedTopics = [topic],
            },
            partitions: 1);
        var value = new ArrayBufferWriter<byte>();
        MigrationSerdes.Control.Serialize(word, value, default);
        using var producer = new KafkaClients(context).CreateProducer(new ProducerConfig { Acks = Acks.All, EnableIdempotence = true });
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes(word.Key), Value = value.WrittenSpan.ToArray() }, stop);
    }

    /// <summary>Now, as words of operators tell it.</summary>
    public static long Now(this CommandContext context) => context.Environment.Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
