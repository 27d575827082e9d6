using MedStreams.Sinks.Migration;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration;

/// <summary>What the migration database is told of events and alerts, and what tasks are made of its records.</summary>
internal static class MigrationChanges
{
    /// <summary>An event as a change of the study's record.</summary>
    public static MigrationChange Of(MigrationEvent said) =>
        new StudyChange(KindOf(said.Kind), said.Run, said.Task, said.Attempt, Time(said.At))
        {
            Tries = said.Tries,
            Expected = said.Expected is { } expected ? Of(expected) : null,
            Moved = Of(said.Migrated),
            Failure = said.Failure?.ToString(),
            Reason = said.Reason,
            ListedAt = Time(said.Timings.ListedAt),
            StartedAt = Time(said.Timings.StartedAt),
            CollectedAt = Time(said.Timings.CollectedAt),
            StoredAt = Time(said.Timings.StoredAt),
        };

    /// <summary>An alert.</summary>
    public static MigrationChange Of(MigrationAlert alert) =>
        new StudyAlert(alert.Kind.ToString(), alert.Run, alert.Task, alert.Attempt, Time(alert.At), alert.Reason);

    /// <summary>The task of a record that goes into the queue.</summary>
    public static MigrationTask TaskOf(FedTask fed) => new(fed.Run, fed.Number, fed.Attempt, fed.Exam.Department)
    {
        ExamTime = fed.Exam.StudyDate is { } day
            ? new DateTimeOffset(day.ToDateTime(fed.Exam.StudyTime ?? TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds()
            : null,
        Hierarchy = $"{fed.Exam.IssuerOfPatientId}\t{fed.Exam.PatientId}\t{fed.Exam.StudyDate:yyyyMMdd}",
        Priority = fed.HasAppointment ? 1 : 0,
        QueuedAt = fed.QueuedAt.ToUnixTimeMilliseconds(),
    };

    private static StudyChangeKind KindOf(MigrationEventKind kind) => kind switch
    {
        MigrationEventKind.Listed => StudyChangeKind.Listed,
        MigrationEventKind.AttemptBegan => StudyChangeKind.AttemptBegan,
        MigrationEventKind.Collected => StudyChangeKind.Collected,
        MigrationEventKind.Progress => StudyChangeKind.Progress,
        MigrationEventKind.Migrated => StudyChangeKind.Migrated,
        MigrationEventKind.Skipped => StudyChangeKind.Skipped,
        MigrationEventKind.AttemptFailed => StudyChangeKind.AttemptFailed,
        MigrationEventKind.Failed => StudyChangeKind.Failed,
        _ => StudyChangeKind.Returned, // timed out or misplaced
    };

    private static StudyAmount Of(Amount amount) => new(amount.Objects, amount.Bytes, amount.Digest);

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } time ? Time(time) : null;
}
