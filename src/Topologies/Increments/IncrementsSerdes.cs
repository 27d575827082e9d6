using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Increments;

/// <summary>The forms of the topology's records in its topics.</summary>
public static class IncrementsSerdes
{
    /// <summary>Events in <c>logs.parsed</c> and <c>product.*</c>: JSON with names like <c>eventType</c>, times in epoch milliseconds.</summary>
    public static ISerde<LogEvent> Event { get; } = new JsonSerde<LogEvent>(new EventForm(Relaxed(EventForm.Default)).LogEvent);

    /// <summary>Rows in <c>increments</c>: JSON with names like <c>event_type</c>, those of the table's columns; times as ISO 8601.</summary>
    public static ISerde<IncrementRow> Row { get; } = new JsonSerde<IncrementRow>(new RowForm(Relaxed(RowForm.Default)).IncrementRow);

    /// <summary>No escapes for signs that only matter inside of HTML: event types are full of them.</summary>
    private static JsonSerializerOptions Relaxed(JsonSerializerContext form) =>
        new(form.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>Generated code for events.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LogEvent))]
internal sealed partial class EventForm : JsonSerializerContext;

/// <summary>Generated code for rows.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IncrementRow))]
internal sealed partial class RowForm : JsonSerializerContext;
