using Confluent.Kafka;
using MedStreams.Cli.Kafka;
using MedStreams.Monitoring.Page;
using MedStreams.Streams;

namespace MedStreams.Cli.Running.Page;

/// <summary>What a topology's own views of the page are made from.</summary>
/// <param name="Streams">The instance; it is not started yet.</param>
/// <param name="Clients">Connects to the brokers.</param>
/// <param name="Clock">Tells the present.</param>
internal sealed record PageSetting(KafkaStreams Streams, KafkaClients Clients, TimeProvider Clock)
{
    /// <summary>A part that follows a topic while somebody looks.</summary>
    /// <param name="name">The part's name.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="take">Takes a record; called for one at a time.</param>
    /// <param name="show">What the part shows.</param>
    public TopicTail Tail(string name, string topic, Action<ConsumeResult<byte[]?, byte[]?>> take, Func<object?> show) => new(
        name,
        new TopicTailOptions { Topic = topic, Connect = Clients.CreateConsumer, Admin = Clients.CreateAdmin, Timeout = Clients.Timeout },
        take,
        show,
        Clock);
}
