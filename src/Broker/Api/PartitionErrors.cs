using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>Results by partition; a partition without one was not asked for because it does not exist.</summary>
internal readonly struct PartitionErrors
{
    private readonly Dictionary<TopicPartition, ErrorCode> _errors;

    private PartitionErrors(Dictionary<TopicPartition, ErrorCode> errors) => _errors = errors;

    /// <summary>Orders results by their partitions.</summary>
    public static PartitionErrors From(IReadOnlyList<PartitionResult> results)
    {
        var errors = new Dictionary<TopicPartition, ErrorCode>(results.Count);
        foreach (var result in results)
        {
            errors[result.Partition] = result.Error;
        }

        return new PartitionErrors(errors);
    }

    /// <summary>The result of a partition.</summary>
    public ErrorCode Of(string topic, int partition) =>
        _errors.GetValueOrDefault(new TopicPartition(topic, partition), ErrorCode.UnknownTopicOrPartition);
}
