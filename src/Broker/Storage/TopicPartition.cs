namespace MedStreams.Broker.Storage;

/// <summary>A partition of a topic.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's number, from 0.</param>
internal readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary>The form of Kafka's folder names: <c>topic-0</c>.</summary>
    public override string ToString() => $"{Topic}-{Partition}";
}
