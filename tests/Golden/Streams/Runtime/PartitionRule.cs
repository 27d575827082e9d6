using MedStreams.Streams;
using MedStreams.Streams.Dsl.Suppression;
using MedStreams.Streams.State;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>
/// Which runs, recorded with one partition, say what comes out with several: those whose results for a key depend on that key's records
/// alone.
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

    /// <summary>Why the runs of a topology are left out; null where they are not.</summary>
    public static string? WhyLeftOut(GoldenTopology golden) =>
        ByName.GetValueOrDefault(golden.Name)
        ?? (golden.Build().Split().SelectMany(s => s.Stores).Any(s => LooksAtTime(s.Builder)) ? Time : null);

    // Windows, sessions and versions expire by stream time, and what is held back is let go by it.
    private static bool LooksAtTime(IStoreBuilder builder) =>
        builder is IEngineStoreBuilder { Layout.Kind: not StoreKind.KeyValue }
        || builder.GetType().GetGenericArguments().SelectMany(t => t.GetGenericArguments()).Contains(typeof(BufferedChange));
}
