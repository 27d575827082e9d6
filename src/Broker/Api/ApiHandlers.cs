using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>The handlers of a broker: the one place where an API is added.</summary>
internal static class ApiHandlers
{
    /// <summary>Makes one handler for each API that is served.</summary>
    public static IReadOnlyList<IApiHandler> Create(BrokerContext broker)
    {
        HashSet<ApiKey> served = [];
        IApiHandler[] handlers =
        [
            new ProduceHandler(broker),
            new FetchHandler(broker),
            new ListOffsetsHandler(broker),
            new MetadataHandler(broker),
            new ApiVersionsHandler(() => served),
            new CreateTopicsHandler(broker),
            new DeleteTopicsHandler(broker),
            new DeleteRecordsHandler(broker),
            new InitProducerIdHandler(broker),
            new OffsetForLeaderEpochHandler(broker),
            new DescribeConfigsHandler(broker),
            new CreatePartitionsHandler(broker),
            new DescribeClusterHandler(broker),
        ];
        served.UnionWith(handlers.Select(handler => handler.Key));
        return handlers;
    }
}
