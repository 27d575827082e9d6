using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.RangeStatistics;

/// <summary>The forms of records and states: JSON with names like <c>pendingModules</c>, flags by name.</summary>
public static class RangeStatisticsSerdes
{
    /// <summary>Reports.</summary>
    public static ISerde<ModuleReport> Report { get; } = new JsonSerde<ModuleReport>(RangeForm.Default.ModuleReport);

    /// <summary>Memberships.</summary>
    public static ISerde<MembershipEvent> Membership { get; } = new JsonSerde<MembershipEvent>(RangeForm.Default.MembershipEvent);

    /// <summary>Results.</summary>
    public static ISerde<RangeResult> Result { get; } = new JsonSerde<RangeResult>(RangeForm.Default.RangeResult);

    internal static ISerde<RangeRecord> Record { get; } = new JsonSerde<RangeRecord>(RangeForm.Default.RangeRecord);

    internal static ISerde<RangeBackup> Backup { get; } = new JsonSerde<RangeBackup>(RangeForm.Default.RangeBackup);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModuleReport))]
[JsonSerializable(typeof(MembershipEvent))]
[JsonSerializable(typeof(RangeResult))]
[JsonSerializable(typeof(RangeRecord))]
[JsonSerializable(typeof(RangeBackup))]
internal sealed partial class RangeForm : JsonSerializerContext;
