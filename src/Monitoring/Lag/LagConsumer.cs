using Confluent.Kafka;

namespace MedStreams.Monitoring.Lag;

/// <summary>How a client reads that looks at the lag of others: it joins no group, commits nothing, and sees the ends that readers of committed records see.</summary>
internal static class LagConsumer
{
    /// <summary>Its settings.</summary>
    /// <param name="groupId">The name that the brokers know it by.</param>
    public static ConsumerConfig Config(string groupId) => new()
    {
        GroupId = groupId,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        EnablePartitionEof = true,
        AllowAutoCreateTopics = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        IsolationLevel = IsolationLevel.ReadCommitted,
        FetchWaitMaxMs = 20,
    };
}
