using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Sinks;
using MedStreams.Topologies.Reservations;
using NpgsqlTypes;

namespace MedStreams.Cli.Running.Reservations;

/// <summary>How states of reservations become rows of <c>medstreams.reservations</c>.</summary>
internal static class ReservationsTable
{
    /// <summary>The scope of the table's migrations.</summary>
    public const string Scope = "reservations";

    /// <summary>The table; what the topology forgets stays in it.</summary>
    public static PostgresTable<string, ReservationState> Create() =>
        new PostgresTable<string, ReservationState>("medstreams.reservations")
            .Key("number", NpgsqlDbType.Text, record => record.Key)
            .Column("user", NpgsqlDbType.Text, record => record.Value.User)
            .Column("status", NpgsqlDbType.Text, record => record.Value.Status.ToString())
            .Column("reason", NpgsqlDbType.Text, record => record.Value.Reason)
            .Column("starts_at", NpgsqlDbType.TimestampTz, record => Time(record.Value.Start))
            .Column("associations", NpgsqlDbType.Jsonb, record => Json(record.Value.Associations))
            .Column("places", NpgsqlDbType.Jsonb, record => Json(record.Value.Places))
            .Column("changed_at", NpgsqlDbType.TimestampTz, record => DateTimeOffset.FromUnixTimeMilliseconds(record.Timestamp).UtcDateTime)
            .OnTombstone(PostgresTombstones.Ignore);

    private static DateTime? Time(long? milliseconds) =>
        milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime : null;

    private static string Json(ImmutableArray<string> texts) => JsonSerializer.Serialize(texts, ReservationColumnForm.Default.ImmutableArrayString);
}

/// <summary>Generated code for the columns that are JSON.</summary>
[JsonSerializable(typeof(ImmutableArray<string>))]
internal sealed partial class ReservationColumnForm : JsonSerializerContext;
