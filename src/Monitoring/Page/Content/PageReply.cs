using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring.Page;

/// <summary>What a request is answered.</summary>
/// <param name="Status">The status code of HTTP.</param>
/// <param name="ContentType">What the body is.</param>
/// <param name="Body">The body.</param>
public sealed record PageReply(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>How the page's JSON is written: names in camelCase, words for enumerations in kebab-case, nothing for null.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>The name under which a browser saves it; null: it is shown.</summary>
    public string? FileName { get; init; }

    /// <summary>An object as JSON.</summary>
    /// <param name="value">The object.</param>
    public static PageReply Json(object value) =>
        new(StatusCodes.Status200OK, "application/json", JsonSerializer.SerializeToUtf8Bytes(value, JsonOptions));

    /// <summary>JSON that is written already.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="body">The JSON.</param>
    public static PageReply RawJson(int status, ReadOnlyMemory<byte> body) => new(status, "application/json", body);

    /// <summary>A table for spreadsheets.</summary>
    /// <param name="text">The table.</param>
    /// <param name="fileName">The name under which it is saved.</param>
    public static PageReply Csv(string text, string fileName) =>
        new(StatusCodes.Status200OK, "text/csv; charset=utf-8", Encoding.UTF8.GetBytes(text)) { FileName = fileName };

    /// <summary>A document.</summary>
    /// <param name="text">The document.</param>
    public static PageReply Html(string text) => new(StatusCodes.Status200OK, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(text));

    /// <summary>A refusal: <c>{"error":..,"message":..}</c>.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="error">A word for programs.</param>
    /// <param name="message">A sentence for people, which holds nothing of any record.</param>
    public static PageReply Error(int status, string error, string message) =>
        new(status, "application/json", JsonSerializer.SerializeToUtf8Bytes(new { Error = error, Message = message }, JsonOptions));

    /// <summary>There is no such thing.</summary>
    /// <param name="message">A sentence for people.</param>
    public static PageReply NotFound(string message) => Error(StatusCodes.Status404NotFound, "not-found", message);
}
