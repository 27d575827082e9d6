namespace MedStreams.Topologies.Migration;

/// <summary>What became of a step, in the topic of outcomes by its study UID.</summary>
/// <param name="Step">The step.</param>
/// <param name="Result">How it ended.</param>
/// <param name="StartedAt">When it began, in epoch milliseconds.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record MigrationOutcome(MigrationStep Step, StepResult Result, long StartedAt, long EndedAt);
