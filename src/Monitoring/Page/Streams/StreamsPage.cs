using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>What a page shows of a running topology.</summary>
public static class StreamsPage
{
    /// <summary>Shows an instance; before it is started, since restores are listened to.</summary>
    /// <param name="streams">The instance.</param>
    /// <param name="description">Its topology.</param>
    /// <param name="name">The topology's name.</param>
    /// <param name="config">The instance's configuration.</param>
    public static PageContent Of(KafkaStreams streams, TopologyDescription description, string name, StreamsConfig config)
    {
        var self = config.ApplicationServer;
        var restore = new RestorePart(streams.RestoreListener, config.Clock);
        streams.RestoreListener = restore;
        return new PageContent
        {
            Parts =
            [
                new InstancePart(streams, name, config.ApplicationId, config.Clock.GetUtcNow()),
                new NodesPart(streams, config.Clock),
                new TasksPart(streams, new TopologyPlaces(description, config.ApplicationId), self),
                new InstancesPart(streams, self),
                new StoresPart(new JsonQueries(streams)),
                restore,
            ],
            Resources = [new TopologyGraph(description, name)],
            Actions = [new PauseAction(streams, name, isPause: true), new PauseAction(streams, name, isPause: false)],
        };
    }
}
