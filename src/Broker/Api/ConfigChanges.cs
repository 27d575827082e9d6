using System.Globalization;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>Changes of configurations, as AlterConfigs and IncrementalAlterConfigs ask for them.</summary>
internal static class ConfigChanges
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;

    /// <summary>What is wrong with a request before anything is looked at; null when nothing is.</summary>
    /// <param name="isTwice">Whether the request names the resource twice.</param>
    /// <param name="configs">The configurations that it names, and whether a value lacks.</param>
    public static TopicChange? Fault(bool isTwice, IReadOnlyCollection<(string Name, bool LacksValue)> configs)
    {
        if (isTwice)
            return new(ErrorCode.InvalidRequest, "Each resource must appear at most once.");
        if (configs.DistinctBy(config => config.Name).Count() < configs.Count)
            return new(ErrorCode.InvalidRequest, "A configuration is named twice.");
        var lacking = configs.Where(config => config.LacksValue).Select(config => config.Name).ToList();
        return lacking.Count > 0 ? new(ErrorCode.InvalidRequest, $"There is no value for {string.Join(", ", lacking)}.") : null;
    }

    /// <summary>The resources that are named more than once.</summary>
    public static HashSet<(sbyte, string)> Twice(IEnumerable<(sbyte Type, string Name)> resources) =>
        [.. resources.CountBy(resource => resource).Where(count => count.Value > 1).Select(count => count.Key)];

    /// <summary>Changes one resource: a topic, this broker, or all brokers.</summary>
    public static TopicChange Apply(
        BrokerContext broker,
        sbyte resourceType,
        string resourceName,
        Func<IReadOnlyDictionary<string, string>, ConfigEdit> edit,
        bool validateOnly,
        Access access)
    {
        if (resourceType == BrokerResource && !access.AllowsCluster(AclOperation.AlterConfigs))
            return new(ErrorCode.ClusterAuthorizationFailed, null);
        if (resourceType == TopicResource && !access.AllowsTopic(AclOperation.AlterConfigs, resourceName))
            return new(ErrorCode.TopicAuthorizationFailed, null);
        var isThis = resourceName == BrokerContext.NodeId.ToString(CultureInfo.InvariantCulture);
        if (resourceType is not (TopicResource or BrokerResource) || (resourceType == BrokerResource && !isThis && resourceName.Length > 0))
            return new(ErrorCode.InvalidRequest, "There are topics, the broker 1, and all brokers, without a name.");
        if (resourceType == TopicResource && resourceName.Length == 0)
            return new(ErrorCode.InvalidRequest, "There is no default for topics.");
        if (resourceType == TopicResource && TopicName.Fault(resourceName) is { } fault)
            return new(ErrorCode.InvalidTopicException, fault);
        try
        {
            return resourceType == TopicResource
                ? broker.Logs.Configure(resourceName, edit, validateOnly)
                : broker.Logs.ConfigureBroker(all: !isThis, edit, validateOnly);
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, resourceName);
            return new(ErrorCode.KafkaStorageError, "The configuration could not be written.");
        }
    }

    /// <summary>The configuration of a name that a resource may have; null when there is none.</summary>
    public static ConfigRule? Rule(sbyte resourceType, string name) => resourceType == TopicResource
        ? TopicConfigTable.All.GetValueOrDefault(name)
        : BrokerConfigTable.All.GetValueOrDefault(name)?.Rule;

    /// <summary>The value that a resource without a value of its own has.</summary>
    public static string? Default(BrokerContext broker, sbyte resourceType, string name) => resourceType == TopicResource
        ? broker.Logs.Configs.OfTopic(TopicConfigTable.All[name], new Dictionary<string, string>()).Value
        : broker.Logs.Configs.Of(BrokerConfigTable.All[name]).Value;

    /// <summary>A refusal of what was asked.</summary>
    public static ConfigEdit Refuse(ErrorCode error, string message) => new(null, error, message);
}
