using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// IncrementalAlterConfigs (key 44), versions 0 and 1: sets (0), deletes (1), appends to (2) or subtracts from (3) single
/// configurations of topics and of the broker (KIP-339); all changes of a resource are made, or none. Needs AlterConfigs on each
/// topic, or on the cluster.
/// </summary>
internal sealed class IncrementalAlterConfigsHandler(BrokerContext broker)
    : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    /// <inheritdoc/>
    protected override ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(
        IncrementalAlterConfigsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var twice = ConfigChanges.Twice(request.Resources.Select(r => (r.ResourceType, r.ResourceName)));
        return new(new IncrementalAlterConfigsResponse
        {
            Responses =
            [
                .. request.Resources.Select(resource => Alter(
                    resource, twice.Contains((resource.ResourceType, resource.ResourceName)), request.ValidateOnly, context.Access)),
            ],
        });
    }

    private IncrementalAlterConfigsResponse.AlterConfigsResourceResponse Alter(
        IncrementalAlterConfigsRequest.AlterConfigsResource resource, bool isTwice, bool validateOnly, Access access)
    {
        var fault = ConfigChanges.Fault(
            isTwice, [.. resource.Configs.Select(c => (c.Name, c.Value is null && c.ConfigOperation != Delete))]);
        var change = fault ?? ConfigChanges.Apply(
            broker, resource.ResourceType, resource.ResourceName, present => Edit(resource, present), validateOnly, access);
        return new()
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorCode = change.Error,
            ErrorMessage = change.Message,
        };
    }

    private ConfigEdit Edit(
        IncrementalAlterConfigsRequest.AlterConfigsResource resource, IReadOnlyDictionary<string, string> present)
    {
        var configs = new Dictionary<string, string>(present);
        foreach (var config in resource.Configs)
        {
            if (Edit(resource.ResourceType, config, configs) is { } refusal)
                return refusal;
        }

        return new(configs);
    }

    private ConfigEdit? Edit(
        sbyte resourceType, IncrementalAlterConfigsRequest.AlterableConfig change, Dictionary<string, string> configs)
    {
        // To take away what there is not is no error, whatever its name.
        if (change.ConfigOperation == Delete)
        {
            configs.Remove(change.Name);
            return null;
        }

        if (ConfigChanges.Rule(resourceType, change.Name) is not { } config)
            return ConfigChanges.Refuse(ErrorCode.InvalidConfig, $"Unknown config name: {change.Name}");
        if (change.ConfigOperation == Set)
        {
            configs[change.Name] = change.Value!;
            return null;
        }

        if (change.ConfigOperation is not (Append or Subtract))
            return ConfigChanges.Refuse(ErrorCode.InvalidRequest, $"Unknown operation {change.ConfigOperation}.");
        if (config.Type != ConfigType.List)
            return ConfigChanges.Refuse(ErrorCode.InvalidConfig, $"{change.Name} is no list that could be added to or taken from.");
        var list = ConfigRule.Split(configs.GetValueOrDefault(config.Name) ?? ConfigChanges.Default(broker, resourceType, config.Name) ?? "");
        var values = ConfigRule.Split(change.Value!);
        configs[config.Name] = string.Join(',', change.ConfigOperation == Append ? list.Union(values) : list.Except(values));
        return null;
    }
}
