using MedStreams.Streams.Metrics;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>A task whose stores are brought up to date from changelogs, active or not.</summary>
internal interface IChangelogTask
{
    TaskId Id { get; }

    /// <summary>Null until the state is open.</summary>
    TaskState? State { get; }

    /// <summary>The group's committed offsets of inputs that are changelogs too; null until they are known.</summary>
    IReadOnlyDictionary<TopicPartition, long?>? Committed { get; set; }

    /// <summary>Null for a standby.</summary>
    TaskMetrics? Metrics { get; }

    /// <summary>Whether it follows its changelogs for ever, and not only to their present end.</summary>
    bool IsStandby { get; }
}
