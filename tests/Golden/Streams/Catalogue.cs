namespace MedStreams.Golden.Tests.Streams;

/// <summary>All topologies of the vectors.</summary>
internal static class Catalogue
{
    public static IReadOnlyDictionary<string, GoldenTopology> All { get; } =
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
}
