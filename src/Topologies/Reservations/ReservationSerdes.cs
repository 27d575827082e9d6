using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Reservations;

/// <summary>The forms of records and states: JSON with names like <c>controlId</c>, states and reasons by name.</summary>
public static class ReservationSerdes
{
    /// <summary>Events by user.</summary>
    public static ISerde<UserEvent> UserEvent { get; } = new JsonSerde<UserEvent>(ReservationForm.Default.UserEvent);

    /// <summary>Commands by number.</summary>
    public static ISerde<NumberCommand> NumberCommand { get; } = new JsonSerde<NumberCommand>(ReservationForm.Default.NumberCommand);

    /// <summary>States.</summary>
    public static ISerde<ReservationState> State { get; } = new JsonSerde<ReservationState>(ReservationForm.Default.ReservationState);

    /// <summary>Transitions.</summary>
    public static ISerde<ReservationTransition> Transition { get; } =
        new JsonSerde<ReservationTransition>(ReservationForm.Default.ReservationTransition);

    /// <summary>Rejections.</summary>
    public static ISerde<Rejection> Rejection { get; } = new JsonSerde<Rejection>(ReservationForm.Default.Rejection);

    /// <summary>Entries of the temporary cache.</summary>
    public static ISerde<UserEntry> UserEntry { get; } = new JsonSerde<UserEntry>(ReservationForm.Default.UserEntry);

    /// <summary>What is known of reservations.</summary>
    public static ISerde<NumberRecord> NumberRecord { get; } = new JsonSerde<NumberRecord>(ReservationForm.Default.NumberRecord);
}

/// <summary>Generated code.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(UserEvent))]
[JsonSerializable(typeof(NumberCommand))]
[JsonSerializable(typeof(ReservationState))]
[JsonSerializable(typeof(ReservationTransition))]
[JsonSerializable(typeof(Rejection))]
[JsonSerializable(typeof(UserEntry))]
[JsonSerializable(typeof(NumberRecord))]
internal sealed partial class ReservationForm : JsonSerializerContext;
