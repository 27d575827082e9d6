using MedStreams.Hl7;
using MedStreams.Sinks.Mllp;
using MedStreams.Streams;
using MedStreams.Topologies.Delivery;

namespace MedStreams.Cli.Running.Delivery;

/// <summary>Recommendations as HL7 messages to an EMR.</summary>
internal static class DeliveryEntry
{
    public static TopologyEntry Create() => new("delivery", "recommendations delivered to an EMR as HL7 messages over MLLP", Build);

    private static RunnableTopology Build(TopologySetting setting)
    {
        var options = DeliverySettings.ToOptions(setting.Settings);
        var receiver = setting.ForDescription ? null : new MllpReceiver(DeliverySettings.ToClient(setting.Settings), options.AtOnce);
        var refused = options.DeliveryTopic + ".dead-letter";
        var builder = new StreamsBuilder();
        DeliveryTopology.Build(builder, options, new Receiver(receiver));
        return new RunnableTopology(builder.Build())
        {
            Topics = [.. DeliveryTopology.Topics(options), refused],
            CompactedTopics = [options.RecommendationTopic],
            // However long the EMR is away, its messages wait.
            Configure = config => config with { DeadLetterTopic = config.DeadLetterTopic ?? refused, TaskTimeout = TimeSpan.MaxValue },
            Resources = receiver is null ? [] : [receiver],
        };
    }

    /// <summary>What the topology asks, over MLLP.</summary>
    private sealed class Receiver(MllpReceiver? receiver) : IMessageReceiver
    {
        public async ValueTask<MessageReceipt> DeliverAsync(Hl7Message message, CancellationToken cancellation)
        {
            var (code, errors) = await (receiver ?? throw new InvalidOperationException("Only described.")).SendAsync(message, cancellation);
            return new(code, errors);
        }
    }
}
