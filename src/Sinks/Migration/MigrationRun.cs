namespace MedStreams.Sinks.Migration;

/// <summary>A run as the database has it.</summary>
/// <param name="Id">Its number in this database.</param>
/// <param name="Options">What it moves.</param>
/// <param name="Paused">Whether it is held: nothing is asked for, nothing goes into the queue.</param>
/// <param name="Starts">How often it was started.</param>
/// <param name="CreatedAt">When it was first.</param>
/// <param name="StartedAt">When it was last.</param>
public sealed record MigrationRun(
    int Id, MigrationRunOptions Options, bool Paused, int Starts, DateTimeOffset CreatedAt, DateTimeOffset StartedAt)
{
    /// <summary>What it is called.</summary>
    public string Name => Options.Name;
}

/// <summary>A patient who is expected.</summary>
/// <param name="PatientId">The number.</param>
/// <param name="Issuer">Who gave it; empty: whoever.</param>
/// <param name="At">When; null: not known.</param>
public sealed record Appointment(string PatientId, string Issuer = "", DateTimeOffset? At = null);
