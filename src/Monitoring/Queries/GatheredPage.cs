using System.Text.Json;

namespace MedStreams.Monitoring;

/// <summary>Entries of several partitions, one partition after the other, as one page.</summary>
internal sealed class GatheredPage(string store, int limit)
{
    private readonly List<JsonElement> _entries = [];
    private bool _isActive = true;

    /// <summary>How many entries still fit.</summary>
    public int Rest => limit - _entries.Count;

    /// <summary>Takes a partition's page in; answers where the partition goes on, or null where it does not.</summary>
    public string? Take(QueryReply reply)
    {
        using var document = JsonDocument.Parse(reply.Body);
        var root = document.RootElement;
        foreach (var entry in root.GetProperty("entries").EnumerateArray())
            _entries.Add(entry.Clone());
        _isActive &= root.GetProperty("active").GetBoolean();

        // Another instance answers with the partition in front.
        var next = root.GetProperty("next").GetString();
        return next?[(next.IndexOf('.', StringComparison.Ordinal) + 1)..];
    }

    public QueryReply ToReply(string? next)
    {
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("entries");
            foreach (var entry in _entries)
                entry.WriteTo(writer);
            writer.WriteEndArray();
            if (next is null)
                writer.WriteNull("next");
            else
                writer.WriteString("next", next);
            writer.WriteString("store", store);
            writer.WriteBoolean("active", _isActive);
            writer.WriteEndObject();
        }

        return QueryReply.Ok(body.ToArray());
    }
}
