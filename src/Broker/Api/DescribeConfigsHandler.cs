using System.Globalization;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// DescribeConfigs (key 32), versions 0 to 4: the configurations of topics (resource type 2) and what clients ask of the
/// broker's own (type 4). Needs DescribeConfigs on each topic, or on the cluster.
/// </summary>
/// <remarks>
/// Deviation: of the broker's configurations only those are named that clients and tools look at; all are read-only,
/// because options are set in the program. There is no documentation text.
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
            case TopicResource when broker.Logs.Find(resource.ResourceName) is { } topic:
                result.Configs = [.. TopicConfigs.Resolve(topic.Configs, broker.Logs.Defaults)
                    .Where(config => IsAsked(resource, config.Config.Name))
                    .Select(config => Describe(config, synonyms))];
                break;
            case TopicResource:
                (result.ErrorCode, result.ErrorMessage) = (ErrorCode.UnknownTopicOrPartition, "There is no such topic.");
                break;
            case BrokerResource when resource.ResourceName == BrokerContext.NodeId.ToString(CultureInfo.InvariantCulture):
                result.Configs = [.. OfBroker().Where(config => IsAsked(resource, config.Name))];
                break;
            default:
                (result.ErrorCode, result.ErrorMessage) = (ErrorCode.InvalidRequest, "There are topics, and the broker 1.");
                break;
        }

        return result;
    }

    private static bool IsAsked(DescribeConfigsRequest.DescribeConfigsResource resource, string name) =>
        resource.ConfigurationKeys is not { } keys || keys.Contains(name);

    private static DescribeConfigsResponse.DescribeConfigsResourceResult Describe(ResolvedConfig config, bool synonyms)
    {
        var result = new DescribeConfigsResponse.DescribeConfigsResourceResult
        {
            Name = config.Config.Name,
            Value = config.Value,
            IsDefault = config.Source != ConfigSource.Topic,
            ConfigSource = (sbyte)config.Source,
            ConfigType = (sbyte)config.Config.Type,
            Documentation = null,
        };
        if (synonyms)
            result.Synonyms = [new() { Name = config.Config.Name, Value = config.Value, Source = (sbyte)config.Source }];
        return result;
    }

    private IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> OfBroker()
    {
        var options = broker.Options;
        yield return OfBroker("auto.create.topics.enable", options.AutoCreateTopics ? "true" : "false", ConfigType.Boolean);
        yield return OfBroker("broker.id", Text(BrokerContext.NodeId), ConfigType.Int32);
        yield return OfBroker("default.replication.factor", "1", ConfigType.Int32);
        yield return OfBroker("num.partitions", Text(options.DefaultPartitions), ConfigType.Int32);
        yield return OfBroker("offsets.topic.num.partitions", Text(options.OffsetsTopicPartitions), ConfigType.Int32);
        yield return OfBroker("socket.request.max.bytes", Text(options.MaxRequestBytes), ConfigType.Int32);
        yield return OfBroker("transaction.state.log.num.partitions", Text(options.TransactionTopicPartitions), ConfigType.Int32);
    }

    private static DescribeConfigsResponse.DescribeConfigsResourceResult OfBroker(
        string name, string value, ConfigType type) => new()
        {
            Name = name,
            Value = value,
            ReadOnly = true,
            ConfigSource = (sbyte)ConfigSource.StaticBroker,
            ConfigType = (sbyte)type,
            Documentation = null,
        };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
