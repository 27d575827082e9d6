using System.Collections.Concurrent;
using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>
/// The recorded runs of Kafka Streams in the engine itself, on the embedded broker: many instances side by side on one broker. What the
/// client library cannot write, the time 0, counts as 1.
/// </summary>
public sealed class RuntimeVectorTests
{
    private const int SideBySide = 24;

    [Fact]
    public Task Runs_equal_those_of_Kafka_Streams() => CheckAsync(1, ProcessingGuarantee.AtLeastOnce, static _ => null);

    [Fact]
    public Task Runs_over_three_partitions_equal_those_over_one() =>
        CheckAsync(3, ProcessingGuarantee.AtLeastOnce, PartitionRule.WhyLeftOut);

    [Fact]
    public Task The_first_run_of_each_topology_is_equal_exactly_once()
    {
        var seen = new ConcurrentDictionary<string, bool>();
        return CheckAsync(
            1,
            ProcessingGuarantee.ExactlyOnceV2,
            golden => seen.TryAdd(golden.Name, true) ? null : "since one run of a topology is enough here");
    }

    private static async Task CheckAsync(
        int partitions, ProcessingGuarantee guarantee, Func<GoldenTopology, string?> whyLeftOut)
    {
        var tally = new Tally(string.Create(
            CultureInfo.InvariantCulture, $"streams runtime, {partitions} partitions, {guarantee}"));
        var wanted = new List<(string File, StreamsVector Vector, GoldenTopology Golden)>();
        var leftOut = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in StreamsVectorTests.Files())
        {
            var vector = StreamsVector.Read(file);
            if (!Catalogue.All.TryGetValue(vector.Topology, out var golden))
                tally.Count(Path.GetFileName(file), $"the topology {vector.Topology} is not known here");
            else if (whyLeftOut(golden) is { } why)
                leftOut[why] = leftOut.GetValueOrDefault(why) + 1;
            else
                wanted.Add((file, vector, golden));
        }

        await using var broker = await RuntimeBroker.StartAsync();
        var differences = new ConcurrentDictionary<string, string?>();
        await Parallel.ForEachAsync(
            wanted,
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide },
            async (run, _) =>
                differences[Path.GetFileName(run.File)] =
                    await DifferenceAsync(run.File, run.Golden, run.Vector, partitions, guarantee, broker));
        foreach (var (file, difference) in differences.OrderBy(d => d.Key, StringComparer.Ordinal))
            tally.Count(file, difference);
        foreach (var (why, count) in leftOut)
            tally.LeftOut(count, why);
        tally.Close();
    }

    private static async Task<string?> DifferenceAsync(
        string file,
        GoldenTopology golden,
        StreamsVector vector,
        int partitions,
        ProcessingGuarantee guarantee,
        RuntimeBroker broker)
    {
        var run = broker.Named(Path.GetFileNameWithoutExtension(file));
        try
        {
            await new RuntimeRun(run, golden, vector, partitions, guarantee, broker).CheckAsync();
            await broker.ForgetAsync(run);
            return null;
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }
}
