namespace MedStreams.Streams.Kafka;

/// <summary>Makes topics and tells about them.</summary>
internal interface IStreamAdmin : IDisposable
{
    /// <summary>The topics that exist, with their partition counts.</summary>
    IReadOnlyDictionary<string, int> PartitionCounts(TimeSpan timeout);

    /// <summary>Makes topics; one that exists already is left as it is.</summary>
    Task CreateTopicsAsync(IReadOnlyCollection<NewTopic> topics);
}

/// <summary>A topic to be made.</summary>
internal sealed record NewTopic(string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string> Config);
