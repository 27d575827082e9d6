using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// AlterConfigs (key 33), versions 0 to 2: replaces the whole configuration of topics; what is not named goes back to its
/// default. Needs AlterConfigs on each topic. Deviation: brokers cannot be configured.
/// </summary>
internal sealed class AlterConfigsHandler(BrokerContext broker) : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<AlterConfigsResponse?> HandleAsync(
        AlterConfigsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new AlterConfigsResponse { Responses = [.. request.Resources.Select(resource => Alter(resource, request.ValidateOnly, context.Access))] });

    private AlterConfigsResponse.AlterConfigsResourceResponse Alter(
        AlterConfigsRequest.AlterConfigsResource resource, bool validateOnly, Access access)
    {
        var change = ConfigChanges.Apply(broker, resource.ResourceType, resource.ResourceName, _ => Edit(resource), validateOnly, access);
        return new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorCode = change.Error,
            ErrorMessage = change.Message,
        };
    }

    private static ConfigEdit Edit(AlterConfigsRequest.AlterConfigsResource resource)
    {
        var configs = new Dictionary<string, string>();
        foreach (var config in resource.Configs)
        {
            if (config.Value is null)
                return ConfigChanges.Refuse(ErrorCode.InvalidRequest, $"A null value for {config.Name} is not possible.");
            configs[config.Name] = config.Value;
        }

        return new(configs);
    }
}
