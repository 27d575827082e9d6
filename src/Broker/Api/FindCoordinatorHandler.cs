using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 10, FindCoordinator, versions 0 to 4 (4 asks for several keys at once). One broker coordinates everything, so the
/// answer is this broker, at the address that the client used.
/// </summary>
/// <remarks>
/// Deviations: the internal topic is made before the answer, so clients never see COORDINATOR_NOT_AVAILABLE here. Error
/// texts are the broker's own.
/// </remarks>
internal sealed class FindCoordinatorHandler(BrokerContext broker, Coordinators coordinators)
    : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte GroupKey = 0;
    private const sbyte TransactionKey = 1;

    /// <inheritdoc/>
    protected override ValueTask<FindCoordinatorResponse?> HandleAsync(
        FindCoordinatorRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var error = Prepare(request.KeyType);
        var (host, port) = error is ErrorCode.None ? broker.Advertised(context.Connection) : ("", -1);
        var nodeId = error is ErrorCode.None ? BrokerContext.NodeId : -1;
        var message = error is ErrorCode.None ? "NONE" : "There are coordinators for groups (0) and transactions (1).";
        var response = new FindCoordinatorResponse();
        if (context.Version < 4)
        {
            response.ErrorCode = error;
            response.ErrorMessage = message;
            response.NodeId = nodeId;
            response.Host = host;
            response.Port = port;
        }
        else
        {
            foreach (var key in request.CoordinatorKeys)
            {
                response.Coordinators.Add(new FindCoordinatorResponse.Coordinator
                {
                    Key = key,
                    ErrorCode = error,
                    ErrorMessage = message,
                    NodeId = nodeId,
                    Host = host,
                    Port = port,
                });
            }
        }

        return new(response);
    }

    private ErrorCode Prepare(sbyte keyType)
    {
        switch (keyType)
        {
            case GroupKey:
                coordinators.Groups.EnsureTopic();
                return ErrorCode.None;
            case TransactionKey:
                coordinators.Transactions.EnsureTopic();
                return ErrorCode.None;
            default:
                return ErrorCode.InvalidRequest;
        }
    }
}
