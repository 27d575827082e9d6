namespace MedStreams.Topologies.Migration;

/// <summary>In which order studies of a department begin.</summary>
public enum TaskOrder
{
    /// <summary>The oldest examination first; those without a date last.</summary>
    OldestFirst,

    /// <summary>The newest examination first; those without a date last.</summary>
    NewestFirst,

    /// <summary>By <see cref="MigrationTask.Hierarchy"/>: all examinations of a subject one after the other.</summary>
    Hierarchy,
}
