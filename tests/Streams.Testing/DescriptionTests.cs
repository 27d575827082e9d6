using System.Text.Json;

namespace MedStreams.Streams.Testing.Tests;

/// <summary>Forms of a description.</summary>
public sealed class DescriptionTests
{
    private static readonly TopologyDescription Description = Build();

    [Fact]
    public void Json_holds_nodes_topics_and_stores()
    {
        using var json = JsonDocument.Parse(Description.ToJson());
        var nodes = json.RootElement.GetProperty("subtopologies")[0].GetProperty("nodes").EnumerateArray().ToArray();
        Assert.Equal("in", nodes[0].GetProperty("topics")[0].GetString());
        Assert.Contains(nodes, n => n.GetProperty("stores").EnumerateArray().Any(s => s.GetString() == "counts"));
    }

    [Fact]
    public void Mermaid_draws_each_node_once()
    {
        var text = Description.ToMermaid();
        Assert.StartsWith("flowchart TD\n", text, StringComparison.Ordinal);
        Assert.Contains("n_KSTREAM_45_AGGREGATE_45_0000000001[\"KSTREAM-AGGREGATE-0000000001\"]", text, StringComparison.Ordinal);
        Assert.Contains("st_counts[(\"counts\")]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Dot_draws_edges_between_topics_and_nodes()
    {
        var text = Description.ToDot();
        Assert.Contains("\"topic:in\" -> \"KSTREAM-SOURCE-0000000000\";", text, StringComparison.Ordinal);
        Assert.Contains("\"KSTREAM-SINK-0000000003\" -> \"topic:out\";", text, StringComparison.Ordinal);
    }

    private static TopologyDescription Build()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").GroupByKey().Count(Materialized.As("counts")).ToStream().To("out");
        return builder.Build().Describe();
    }
}
