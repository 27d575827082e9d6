using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Coordination;

/// <summary>Reads from a consumer's subscription the topics, which every version of the form begins with.</summary>
internal static class ConsumerSubscription
{
    /// <summary>Adds the topics of a subscription to <paramref name="topics"/>; false when it cannot be read.</summary>
    public static bool TryReadTopics(ReadOnlyMemory<byte> metadata, HashSet<string> topics)
    {
        if (!VersionedData.TryPeekVersion(metadata, out var version) || version < 0)
        {
            return false;
        }

        var subscription = new ConsumerProtocolSubscription();
        var wire = Wire.Reader(metadata[sizeof(short)..], version: 0, flexible: false);
        subscription.Walk(ref wire);
        if (wire.Failed)
        {
            return false;
        }

        topics.UnionWith(subscription.Topics);
        return true;
    }
}
