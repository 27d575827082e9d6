namespace MedStreams.Golden.Tests.Streams;

/// <summary>All topologies of the vectors that are written, and the names of those that are not yet.</summary>
internal static class Catalogue
{
    public static IReadOnlyDictionary<string, GoldenTopology> Written { get; } =
        new[]
            {
                StatelessTopologies.All(),
                AggregationTopologies.All(),
                WindowTopologies.All(),
                SessionTopologies.All(),
                SuppressTopologies.All(),
                TableTopologies.All(),
                JoinTopologies.All(),
                ForeignKeyTopologies.All(),
                StreamJoinTopologies.All(),
                ProcessorTopologies.All(),
                BytesTopologies.All(),
                ErrorTopologies.All(),
            }
            .SelectMany(t => t)
            .ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Topologies that the engine does not serve yet; their vectors are reported as skipped.</summary>
    public static IReadOnlySet<string> NotYet { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "table-lru",
    };
}
