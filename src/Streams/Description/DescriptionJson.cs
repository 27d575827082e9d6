using System.Text;
using System.Text.Json;

namespace MedStreams.Streams;

/// <summary>Writes a description as JSON.</summary>
internal static class DescriptionJson
{
    public static string Write(TopologyDescription description)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("subtopologies");
            foreach (var subtopology in description.Subtopologies)
            {
                json.WriteStartObject();
                json.WriteNumber("id", subtopology.Id);
                json.WriteBoolean("global", subtopology.IsGlobal);
                json.WriteStartArray("nodes");
                foreach (var node in subtopology.Nodes)
                    Write(json, node);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void Write(Utf8JsonWriter json, NodeDescription node)
    {
        json.WriteStartObject();
        json.WriteString("name", node.Name);
        json.WriteString("kind", node.Kind switch
        {
            NodeKind.Source => "source",
            NodeKind.Sink => "sink",
            NodeKind.External => "external",
            _ => "processor",
        });
        WriteNames(json, "topics", node.Topics);
        json.WriteBoolean("pattern", node.HasPattern);
        WriteNames(json, "stores", node.Stores);
        WriteNames(json, "predecessors", node.Predecessors);
        WriteNames(json, "successors", node.Successors);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string property, IReadOnlyList<string> names)
    {
        json.WriteStartArray(property);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
