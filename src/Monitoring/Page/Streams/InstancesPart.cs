using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>The instances of the application that say where they answer, with what they have.</summary>
internal sealed class InstancesPart(KafkaStreams streams, string self) : IPagePart
{
    public string Name => "instances";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new(streams.MetadataForAllStreamsClients().Select(m => new
            {
                Host = m.HostInfo.ToString(),
                IsSelf = m.HostInfo.ToString() == self,
                Active = m.TopicPartitions.Count,
                Standby = m.StandbyTopicPartitions.Count,
                Stores = m.StateStoreNames.Order(StringComparer.Ordinal),
            }).OrderBy(i => i.Host, StringComparer.Ordinal).ToList());
        }
        catch (InvalidStateStoreException)
        {
            return new(default(object)); // not started yet, or stopped
        }
    }
}
