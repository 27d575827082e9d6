using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>The forms of records: JSON with names like <c>roundAt</c>, kinds by name. Those of cards are in <see cref="CardSerdes"/>.</summary>
public static class SyncSerdes
{
    /// <summary>Results.</summary>
    public static ISerde<SyncResult> Result { get; } = new JsonSerde<SyncResult>(SyncJson.Default.SyncResult);

    /// <summary>States of shards.</summary>
    public static ISerde<ShardStatus> Status { get; } = new JsonSerde<ShardStatus>(SyncJson.Default.ShardStatus);

    /// <summary>Words of people.</summary>
    public static ISerde<SyncControl> Control { get; } = new JsonSerde<SyncControl>(SyncJson.Default.SyncControl);

    internal static ISerde<ShardInput> Input { get; } = new JsonSerde<ShardInput>(SyncJson.Default.ShardInput);

    internal static ISerde<ShardStep> Step { get; } = new JsonSerde<ShardStep>(SyncJson.Default.ShardStep);

    internal static ISerde<Card> Card { get; } = new JsonSerde<Card>(SyncJson.Default.Card);

    internal static ISerde<TaskCard> TaskCard { get; } = new JsonSerde<TaskCard>(SyncJson.Default.TaskCard);

    internal static ISerde<GroupState> Group { get; } = new JsonSerde<GroupState>(SyncJson.Default.GroupState);

    internal static ISerde<SourceMark> Mark { get; } = new JsonSerde<SourceMark>(SyncJson.Default.SourceMark);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SyncResult))]
[JsonSerializable(typeof(ShardStatus))]
[JsonSerializable(typeof(SyncControl))]
[JsonSerializable(typeof(ShardInput))]
[JsonSerializable(typeof(ShardStep))]
[JsonSerializable(typeof(Card))]
[JsonSerializable(typeof(TaskCard))]
[JsonSerializable(typeof(GroupState))]
[JsonSerializable(typeof(SourceMark))]
internal sealed partial class SyncJson : JsonSerializerContext;
