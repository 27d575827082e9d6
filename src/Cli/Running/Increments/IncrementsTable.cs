using MedStreams.Sinks;
using MedStreams.Topologies.Increments;
using NpgsqlTypes;

namespace MedStreams.Cli.Running.Increments;

/// <summary>How rows of the increments topology become rows of <c>medstreams.increments</c>.</summary>
internal static class IncrementsTable
{
    /// <summary>The scope of the table's migrations.</summary>
    public const string Scope = "increments";

    /// <summary>The table.</summary>
    public static PostgresTable<string, IncrementRow> Create() =>
        new PostgresTable<string, IncrementRow>("medstreams.increments")
            .Key("product", NpgsqlDbType.Text, record => record.Value.Product)
            .Key("event_type", NpgsqlDbType.Text, record => record.Value.EventType)
            .Key("window_start", NpgsqlDbType.TimestampTz, record => record.Value.WindowStart.UtcDateTime)
            .Column("count", NpgsqlDbType.Bigint, record => record.Value.Count)
            .Column("distinct_subjects", NpgsqlDbType.Bigint, record => record.Value.DistinctSubjects)
            .Column("running_total", NpgsqlDbType.Bigint, record => record.Value.RunningTotal)
            .Column("late", NpgsqlDbType.Bigint, record => record.Value.Late)
            .OnTombstone(PostgresTombstones.Ignore);
}
