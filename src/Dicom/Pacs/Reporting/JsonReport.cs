using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Dicom.Pacs.Differences;

namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>Writes reports as JSON; <c>docs/migration.md</c> describes the members. They are only ever added to under the same <c>schema</c>.</summary>
public static class JsonReport
{
    /// <summary>The schema of run reports.</summary>
    public const string RunSchema = "medstreams/migration-report/1";

    /// <summary>The schema of difference reports.</summary>
    public const string DifferenceSchema = "medstreams/difference-report/1";

    /// <summary>Writes the report of a run.</summary>
    public static Task WriteAsync(RunReport report, Stream to, CancellationToken cancellationToken = default) =>
        JsonSerializer.SerializeAsync(to, new RunDocument(RunSchema, report.IsProven, report.Run, report.Total, report.Departments, report.Days, report.Failures, report.Differences, report.Alarms, report.Comparison), ReportJson.Default.RunDocument, cancellationToken);

    /// <summary>Writes the report of a comparison, a difference at a time.</summary>
    public static async Task WriteAsync(
        DifferenceSummary summary, IAsyncEnumerable<StudyDifference> differences, Stream to, CancellationToken cancellationToken = default)
    {
        var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true });
        await using (json)
        {
            json.WriteStartObject();
            json.WriteString("schema", DifferenceSchema);
            json.WriteBoolean("isEmpty", summary.IsEmpty);
            json.WritePropertyName("summary");
            JsonSerializer.Serialize(json, summary, ReportJson.Default.DifferenceSummary);
            json.WriteStartArray("differences");
            await foreach (var difference in differences.WithCancellation(cancellationToken))
            {
                JsonSerializer.Serialize(json, difference, ReportJson.Default.StudyDifference);
                if (json.BytesPending > 1 << 16)
                    await json.FlushAsync(cancellationToken);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}

internal sealed record RunDocument(
    string Schema,
    bool IsProven,
    ReportedRun Run,
    ReportedAmounts Total,
    IReadOnlyList<ReportedLine<string>> Departments,
    IReadOnlyList<ReportedLine<DateOnly?>> Days,
    IReadOnlyList<ReportedFailure> Failures,
    IReadOnlyList<StudyDifference> Differences,
    IReadOnlyList<string> Alarms,
    DifferenceSummary? Comparison);

[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(DifferenceSummary))]
[JsonSerializable(typeof(StudyDifference))]
internal sealed partial class ReportJson : JsonSerializerContext;
