using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// AlterConfigs (key 33), versions 0 to 2: replaces the whole configuration of topics; what is not named goes back to its
/// default. Needs AlterConfigs on each topic, or on the cluster.
/// </summary>
internal sealed class AlterConfigsHandler(BrokerContext broker) : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<AlterConfigsResponse?> HandleAsync(
        AlterConfigsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var twice = ConfigChanges.Twice(request.Resources.Select(r => (r.ResourceType, r.ResourceName)));
        return new(new AlterConfigsResponse
        {
            Responses =
            [
                .. request.Resources.Select(resource => Alter(
                    resource, twice.Contains((resource.ResourceType, resource.ResourceName)), request.ValidateOnly, context.Access)),
            ],
        });
    }

    private AlterConfigsResponse.AlterConfigsResourceResponse Alter(
        AlterConfigsRequest.AlterConfigsResource resource, bool isTwice, bool validateOnly, Access access)
    {
        var fault = ConfigChanges.Fault(isTwice, [.. resource.Configs.Select(c => (c.Name, c.Value is null))]);
        var change = fault ?? ConfigChanges.Apply(broker, resource.ResourceType, resource.ResourceName, _ => Edit(resource), validateOnly, access);
        return new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorCode = change.Error,
            ErrorMessage = change.Message,
        };
    }

    private static ConfigEdit Edit(AlterConfigsRequest.AlterConfigsResource resource) =>
        new(resource.Configs.ToDictionary(config => config.Name, config => config.Value!));
}
