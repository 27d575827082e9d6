using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>Changes of configurations, as AlterConfigs and IncrementalAlterConfigs ask for them.</summary>
internal static class ConfigChanges
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;

    /// <summary>Changes one resource. Only topics can be changed: the broker's options are set in its program.</summary>
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
        if (resourceType != TopicResource)
            return new(ErrorCode.InvalidRequest, "Only topics can be configured; the broker's options are set in its program.");
        try
        {
            return broker.Logs.Configure(resourceName, edit, validateOnly);
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, resourceName);
            return new(ErrorCode.KafkaStorageError, "The configuration could not be written.");
        }
    }

    /// <summary>A refusal of what was asked.</summary>
    public static ConfigEdit Refuse(ErrorCode error, string message) => new(null, error, message);
}
