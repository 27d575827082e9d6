using MedStreams.Streams;
using MedStreams.Streams.Dsl.Suppression;
using MedStreams.Streams.State;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>
/// Which runs, recorded with one partition, say what comes out with several. Where the results for a key depend on that key's records alone, records go to
/// the partitions of their keys. Else all records of a run go to the first of the partitions: that is defined as long as no topic between two
/// sub-topologies spreads them again.
/// </summary>
internal static class PartitionRule
{
    private const string Time = "since their results depend on the times of all records";
    private const string Places = "since their results name partitions and offsets";
    private const string Keys = "since they look at the entries of all keys";

    private static readonly Dictionary<string, string> ByName = new(StringComparer.Ordinal)
    {
        ["timestamp-extractor"] = Time,
        ["punctuate-stream-time"] = Time,
        ["punctuate-start-time"] = Time,
        ["process-metadata"] = Places,
        ["bad-bytes-dead-letter"] = Places,
        ["failed-step-dead-letter"] = Places,
        ["punctuate-wall-clock"] = Keys,
        ["key-value-scans"] = Keys,
        ["table-lru"] = Keys,
    };

    /// <summary>Whether all records of a run go to one partition.</summary>
    public static bool IsInOnePartition(GoldenTopology golden) => WhyNotByKey(golden) is not null;

    /// <summary>Why the runs of a topology are left out; null where they are not.</summary>
    public static string? WhyLeftOut(GoldenTopology golden) => WhyNotByKey(golden) is not { } why
        ? null
        : golden.Name == "punctuate-wall-clock"
            ? "since the tasks of empty partitions tick too"
            : SpreadsAgain(golden.Build()) ? $"{why}, and a topic of their own spreads them over partitions" : null;

    private static string? WhyNotByKey(GoldenTopology golden) =>
        ByName.GetValueOrDefault(golden.Name)
        ?? (golden.Build().Split().SelectMany(s => s.Stores).Any(s => LooksAtTime(s.Builder)) ? Time : null);

    private static bool SpreadsAgain(Topology topology)
    {
        var parts = topology.Split();
        var written = parts.SelectMany(s => s.SinkTopics).ToHashSet(StringComparer.Ordinal);
        return parts.SelectMany(s => s.SourceTopics).Any(written.Contains);
    }

    // Windows, sessions and versions expire by stream time, and what is held back is let go by it.
    private static bool LooksAtTime(IStoreBuilder builder) =>
        builder is IEngineStoreBuilder { Layout.Kind: not StoreKind.KeyValue }
        || builder.GetType().GetGenericArguments().SelectMany(t => t.GetGenericArguments()).Contains(typeof(BufferedChange));
}
