using System.Globalization;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// DescribeConfigs (key 32), versions 0 to 4: the configurations of topics (resource type 2), of this broker (type 4, its id),
/// and what was altered for all brokers (type 4, no name), with the values that count less as synonyms where they are asked
/// for. Needs DescribeConfigs on each topic, or on the cluster.
/// </summary>
/// <remarks>
/// Deviation: of the broker's configurations only those are named that it has. There is no documentation text.
/// </remarks>
internal sealed class DescribeConfigsHandler(BrokerContext broker)
    : ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;

    /// <inheritdoc/>
    protected override ValueTask<DescribeConfigsResponse?> HandleAsync(
        DescribeConfigsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new DescribeConfigsResponse
        {
            Results = [.. request.Resources.Select(resource => Describe(resource, request.IncludeSynonyms, context.Access))],
        });

    private DescribeConfigsResponse.DescribeConfigsResult Describe(
        DescribeConfigsRequest.DescribeConfigsResource resource, bool synonyms, Access access)
    {
        var result = new DescribeConfigsResponse.DescribeConfigsResult
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
            ErrorMessage = null,
        };
        switch (resource.ResourceType)
        {
            case TopicResource when !access.AllowsTopic(AclOperation.DescribeConfigs, resource.ResourceName):
                result.ErrorCode = ErrorCode.TopicAuthorizationFailed;
                break;
            case BrokerResource when !access.AllowsCluster(AclOperation.DescribeConfigs):
                result.ErrorCode = ErrorCode.ClusterAuthorizationFailed;
                break;
            case TopicResource when TopicName.Fault(resource.ResourceName) is { } fault:
                (result.ErrorCode, result.ErrorMessage) = (ErrorCode.InvalidTopicException, fault);
                break;
            case TopicResource when broker.Logs.Find(resource.ResourceName) is null:
                (result.ErrorCode, result.ErrorMessage) = (ErrorCode.UnknownTopicOrPartition, "There is no such topic.");
                break;
            default:
                if (Values(resource) is { } values)
                    result.Configs = [.. values.Where(value => IsAsked(resource, value.Rule.Name)).Select(value => Describe(value, synonyms))];
                else
                    (result.ErrorCode, result.ErrorMessage) = (ErrorCode.InvalidRequest, "There are topics, the broker 1, and all brokers, without a name.");
                break;
        }

        return result;
    }

    private IEnumerable<ConfigValue>? Values(DescribeConfigsRequest.DescribeConfigsResource resource)
    {
        var configs = broker.Logs.Configs;
        return resource.ResourceType switch
        {
            TopicResource when broker.Logs.Find(resource.ResourceName) is { } topic =>
                TopicConfigTable.All.Values.Select(rule => configs.OfTopic(rule, topic.Configs)),
            BrokerResource when resource.ResourceName.Length == 0 => configs.OfAllBrokers(),
            BrokerResource when resource.ResourceName == BrokerContext.NodeId.ToString(CultureInfo.InvariantCulture) =>
                BrokerConfigTable.All.Values.OrderBy(config => config.Rule.Name, StringComparer.Ordinal).Select(configs.Of),
            _ => null,
        };
    }

    private static bool IsAsked(DescribeConfigsRequest.DescribeConfigsResource resource, string name) =>
        resource.ConfigurationKeys is not { Count: > 0 } keys || keys.Contains(name);

    private static DescribeConfigsResponse.DescribeConfigsResourceResult Describe(ConfigValue config, bool synonyms)
    {
        var result = new DescribeConfigsResponse.DescribeConfigsResourceResult
        {
            Name = config.Rule.Name,
            Value = config.Value is null ? null : config.Rule.Show(config.Value),
            ReadOnly = config.IsReadOnly,
            IsDefault = config.Source is ConfigSource.Default,
            ConfigSource = (sbyte)config.Source,
            ConfigType = (sbyte)config.Rule.Type,
            IsSensitive = config.Rule.Type is ConfigType.Password,
            Documentation = null,
        };
        if (synonyms)
        {
            result.Synonyms =
            [
                .. config.Synonyms.Select(synonym => new DescribeConfigsResponse.DescribeConfigsSynonym
                {
                    Name = synonym.Name,
                    Value = synonym.Value,
                    Source = (sbyte)synonym.Source,
                }),
            ];
        }

        return result;
    }
}
