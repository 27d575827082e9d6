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
