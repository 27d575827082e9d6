using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Migration;

/// <summary>The forms of records: JSON with names like <c>examTime</c>, kinds and states by name.</summary>
public static class MigrationSerdes
{
    /// <summary>Tasks.</summary>
    public static ISerde<MigrationTask> Task { get; } = new JsonSerde<MigrationTask>(MigrationForm.Default.MigrationTask);

    /// <summary>Steps.</summary>
    public static ISerde<MigrationStep> Step { get; } = new JsonSerde<MigrationStep>(MigrationForm.Default.MigrationStep);

    /// <summary>Outcomes.</summary>
    public static ISerde<MigrationOutcome> Outcome { get; } = new JsonSerde<MigrationOutcome>(MigrationForm.Default.MigrationOutcome);

    /// <summary>Events.</summary>
    public static ISerde<MigrationEvent> Event { get; } = new JsonSerde<MigrationEvent>(MigrationForm.Default.MigrationEvent);

    /// <summary>Alerts.</summary>
    public static ISerde<MigrationAlert> Alert { get; } = new JsonSerde<MigrationAlert>(MigrationForm.Default.MigrationAlert);

    /// <summary>Words of operators.</summary>
    public static ISerde<MigrationControl> Control { get; } = new JsonSerde<MigrationControl>(MigrationForm.Default.MigrationControl);

    internal static ISerde<StudyRecord> StudyRecord { get; } = new JsonSerde<StudyRecord>(MigrationForm.Default.StudyRecord);

    internal static ISerde<EndedStudy> EndedStudy { get; } = new JsonSerde<EndedStudy>(MigrationForm.Default.EndedStudy);

    internal static ISerde<CurrentList> CurrentList { get; } = new JsonSerde<CurrentList>(MigrationForm.Default.CurrentList);

    internal static ISerde<Allowance> Allowance { get; } = new JsonSerde<Allowance>(MigrationForm.Default.Allowance);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MigrationTask))]
[JsonSerializable(typeof(MigrationStep))]
[JsonSerializable(typeof(MigrationOutcome))]
[JsonSerializable(typeof(MigrationEvent))]
[JsonSerializable(typeof(MigrationAlert))]
[JsonSerializable(typeof(MigrationControl))]
[JsonSerializable(typeof(StudyRecord))]
[JsonSerializable(typeof(EndedStudy))]
[JsonSerializable(typeof(CurrentList))]
[JsonSerializable(typeof(Allowance))]
internal sealed partial class MigrationForm : JsonSerializerContext;
