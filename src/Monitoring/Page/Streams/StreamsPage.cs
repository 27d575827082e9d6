using System.Net;
using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>What a page shows of a running topology.</summary>
public static class StreamsPage
{
    private static readonly InstanceServerOptions Nobody = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) };

    /// <summary>Shows an instance; before it is started, since restores are listened to from then on.</summary>
    /// <param name="streams">The instance.</param>
    /// <param name="description">Its topology.</param>
    /// <param name="name">The topology's name.</param>
    /// <param name="config">The instance's configuration.</param>
    /// <param name="http">How other instances are asked for what their stores hold; null: they are not asked.</param>
    public static PageContent Of(KafkaStreams streams, TopologyDescription description, string name, StreamsConfig config, InstanceServerOptions? http = null)
    {
        var self = config.ApplicationServer;
        var restore = new RestorePart(streams.RestoreListener, config.Clock);
        streams.RestoreListener = restore;
        var queries = new JsonQueries(streams);
        var forwarder = new QueryForwarder(http ?? Nobody);
        return new PageContent
        {
            Parts =
            [
                new InstancePart(streams, name, config.ApplicationId, config.Clock.GetUtcNow()),
                new NodesPart(streams, config.Clock),
                new TasksPart(streams, new TopologyPlaces(description, config.ApplicationId), self),
                new InstancesPart(streams, self),
                new StoresPart(queries),
                restore,
            ],
            Resources = [new TopologyGraph(description, name), new StoreQueries(new QueryRouter(queries, forwarder, self))],
            Actions = [new PauseAction(streams, name, isPause: true), new PauseAction(streams, name, isPause: false)],
            Owned = [forwarder],
        };
    }
}
