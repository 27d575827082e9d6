using System.Diagnostics.Metrics;
using MedStreams.Broker.Coordination;
using MedStreams.Broker.Server;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Metrics;

/// <summary>What is read at the moment somebody looks.</summary>
internal sealed class BrokerGauges(LogManager logs, Coordinators coordinators, BrokerServer server, ApiDispatcher dispatcher)
{
    public long RequestMemory => server.Memory.Used;

    public IEnumerable<Measurement<int>> Connections() => server.Connections.Select(
        of => new Measurement<int>(of.Count, new KeyValuePair<string, object?>("listener", of.Listener)));

    public IEnumerable<Measurement<int>> Waiting() => dispatcher.Waiting.Select(
        of => new Measurement<int>(of.Count, new KeyValuePair<string, object?>("api", of.Api)));

    public long Topics => logs.Topics.Count;

    public long Partitions => logs.Topics.Sum(topic => (long)topic.Partitions.Count);

    public IEnumerable<Measurement<long>> Sizes() => OfPartitions(log => log.Size);

    public IEnumerable<Measurement<long>> Starts() => OfPartitions(log => log.LogStartOffset);

    public IEnumerable<Measurement<long>> Ends() => OfPartitions(log => log.HighWatermark);

    /// <summary>Of partitions that are compacted; 0 where there is nothing to do.</summary>
    public IEnumerable<Measurement<double>> DirtyRatios() =>
        from topic in logs.Topics
        from log in topic.Partitions
        where log.Settings.Compact
        select new Measurement<double>(
            log.PlanCompaction()?.DirtyRatio ?? 0, new("topic", topic.Name), new("partition", log.Partition.Partition));

    public int Uncompactable => logs.Topics.Sum(topic => topic.Partitions.Count(log => log.IsUncompactable));

    /// <summary>All states are named, so that a state that nobody is in any more shows as 0.</summary>
    public IEnumerable<Measurement<long>> Groups() => OfStates(coordinators.Groups.States);

    public IEnumerable<Measurement<long>> Transactions() => OfStates(coordinators.Transactions.States.Select(state => state.Status));

    private IEnumerable<Measurement<long>> OfPartitions(Func<PartitionLog, long> value) =>
        from topic in logs.Topics
        from log in topic.Partitions
        select new Measurement<long>(value(log), new("topic", topic.Name), new("partition", log.Partition.Partition));

    private static IEnumerable<Measurement<long>> OfStates<T>(IEnumerable<T> states)
        where T : struct, Enum
    {
        var counts = states.CountBy(state => state).ToDictionary();
        return Enum.GetValues<T>().Select(state => new Measurement<long>(
            counts.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state.ToString())));
    }
}
