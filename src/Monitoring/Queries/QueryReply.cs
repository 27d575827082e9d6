using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MedStreams.Monitoring;

/// <summary>What a query is answered over HTTP.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">A JSON object.</param>
internal readonly record struct QueryReply(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether another host may know better.</summary>
    public bool IsElsewhere => Status is StatusCodes.Status421MisdirectedRequest or StatusCodes.Status503ServiceUnavailable;

    public static QueryReply Ok(ReadOnlyMemory<byte> body) => new(StatusCodes.Status200OK, body);

    /// <summary>An error in words, and perhaps who to ask.</summary>
    public static QueryReply Error(int status, string error, string message, string? owner = null)
    {
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("error", error);
            writer.WriteString("message", message);
            if (owner is not null)
                writer.WriteString("owner", owner);
            writer.WriteEndObject();
        }

        return new QueryReply(status, body.ToArray());
    }

    public static QueryReply BadQuery(string message) => Error(StatusCodes.Status400BadRequest, "bad-query", message);

    public static QueryReply NotAvailable(string message) =>
        Error(StatusCodes.Status503ServiceUnavailable, "not-available", message);
}
