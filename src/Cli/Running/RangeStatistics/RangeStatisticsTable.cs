using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Sinks;
using MedStreams.Topologies.RangeStatistics;
using NpgsqlTypes;

namespace MedStreams.Cli.Running.RangeStatistics;

/// <summary>How results of ranges become rows of <c>medstreams.range_statistics</c>.</summary>
internal static class RangeStatisticsTable
{
    /// <summary>The scope of the table's migrations.</summary>
    public const string Scope = "range-statistics";

    /// <summary>The table.</summary>
    public static PostgresTable<string, RangeResult> Create() =>
        new PostgresTable<string, RangeResult>("medstreams.range_statistics")
            .Key("range", NpgsqlDbType.Text, record => record.Key)
            .Column("round", NpgsqlDbType.Bigint, record => record.Value.Round)
            .Column("consistent", NpgsqlDbType.Jsonb, record => Json(record.Value.Consistent))
            .Column("latest", NpgsqlDbType.Jsonb, record => Json(record.Value.Latest))
            .Column("updated", NpgsqlDbType.Jsonb, record => Json(record.Value.Updated))
            .Column("pending", NpgsqlDbType.Jsonb, record => Json(record.Value.Pending))
            .Column("failed", NpgsqlDbType.Jsonb, record => Json(record.Value.Failed))
            .Column("changed_at", NpgsqlDbType.TimestampTz, record => DateTimeOffset.FromUnixTimeMilliseconds(record.Timestamp).UtcDateTime);

    private static string Json(ImmutableSortedDictionary<string, decimal> totals) =>
        JsonSerializer.Serialize(totals, ColumnForm.Default.ImmutableSortedDictionaryStringDecimal);

    private static string Json(ImmutableArray<string> modules) =>
        JsonSerializer.Serialize(modules, ColumnForm.Default.ImmutableArrayString);
}

/// <summary>Generated code for the columns that are JSON.</summary>
[JsonSerializable(typeof(ImmutableSortedDictionary<string, decimal>))]
[JsonSerializable(typeof(ImmutableArray<string>))]
internal sealed partial class ColumnForm : JsonSerializerContext;
