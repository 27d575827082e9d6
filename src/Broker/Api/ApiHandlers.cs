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
            new AlterConfigsHandler(broker),
            new IncrementalAlterConfigsHandler(broker),
            new CreatePartitionsHandler(broker),
            new DescribeLogDirsHandler(broker),
            new DescribeClusterHandler(broker),
            new SaslHandshakeHandler(),
            new SaslAuthenticateHandler(),
            new DescribeAclsHandler(broker.Security),
            new CreateAclsHandler(broker),
            new DeleteAclsHandler(broker),
            new DescribeUserScramCredentialsHandler(broker.Security.Users),
            new AlterUserScramCredentialsHandler(broker),
            .. OfCoordinators(broker),
        ];
        served.UnionWith(handlers.Select(handler => handler.Key));
        return handlers;
    }

    private static IApiHandler[] OfCoordinators(BrokerContext broker) => broker.Coordinators is not { } coordinators ? [] :
    [
        new FindCoordinatorHandler(broker, coordinators),
        new JoinGroupHandler(coordinators.Groups),
        new SyncGroupHandler(coordinators.Groups),
        new HeartbeatHandler(coordinators.Groups),
        new LeaveGroupHandler(coordinators.Groups),
        new DescribeGroupsHandler(coordinators.Groups),
        new ListGroupsHandler(coordinators.Groups),
        new DeleteGroupsHandler(coordinators.Groups),
        new OffsetCommitHandler(coordinators.Groups, broker.Logs, broker.Clock),
        new OffsetFetchHandler(coordinators.Groups),
        new OffsetDeleteHandler(coordinators.Groups, broker.Logs),
        new AddPartitionsToTxnHandler(coordinators.Transactions, broker.Logs),
        new AddOffsetsToTxnHandler(coordinators),
        new EndTxnHandler(coordinators.Transactions),
        new TxnOffsetCommitHandler(coordinators, broker.Logs, broker.Clock),
        new DescribeProducersHandler(broker.Logs),
        new DescribeTransactionsHandler(coordinators.Transactions),
        new ListTransactionsHandler(coordinators.Transactions, broker.Clock),
    ];
}
