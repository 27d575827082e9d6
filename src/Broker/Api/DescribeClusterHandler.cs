using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>DescribeCluster (key 60), versions 0 and 1: the only broker, which is also the controller.</summary>
internal sealed class DescribeClusterHandler(BrokerContext broker)
    : ApiHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte Brokers = 1;

    /// <inheritdoc/>
    protected override ValueTask<DescribeClusterResponse?> HandleAsync(
        DescribeClusterRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.EndpointType != Brokers)
        {
            return new(new DescribeClusterResponse
            {
                ErrorCode = ErrorCode.MismatchedEndpointType,
                ErrorMessage = "This endpoint is a broker, not a controller.",
                EndpointType = Brokers,
            });
        }

        var (host, port) = context.Connection.Advertised;
        return new(new DescribeClusterResponse
        {
            ClusterId = broker.Logs.ClusterId,
            ControllerId = BrokerContext.NodeId,
            Brokers = [new() { BrokerId = BrokerContext.NodeId, Host = host, Port = port }],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations
                ? AuthorizedOperations.OnCluster(context.Access)
                : AuthorizedOperations.NotAsked,
        });
    }
}
