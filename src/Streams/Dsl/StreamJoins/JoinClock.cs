using System.Runtime.CompilerServices;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.StreamJoins;

/// <summary>What both sides of a join of streams share in one task.</summary>
internal sealed class JoinClock
{
    /// <summary>The largest time seen on either side; -1 before the first record.</summary>
    public long StreamTime { get; set; } = -1;

    /// <summary>About the smallest time of a record that waits; <see cref="long.MaxValue"/> where none does.</summary>
    public long FirstWaiting { get; set; } = long.MaxValue;
}

/// <summary>The clocks of one join, a task's each.</summary>
internal sealed class JoinClocks
{
    private readonly ConditionalWeakTable<TaskContext, JoinClock> _clocks = [];

    public JoinClock Of(TaskContext task) => _clocks.GetValue(task, static _ => new JoinClock());
}
