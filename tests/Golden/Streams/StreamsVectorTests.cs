using MedStreams.Support;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>
/// Every recorded run of Kafka Streams against this engine under the test driver: outputs, stores, topics and descriptions. A run of a topology
/// that is not written here is a failure, and so is a folder without any run.
/// </summary>
public sealed class StreamsVectorTests
{
    [Fact]
    public void Runs_equal_those_of_Kafka_Streams()
    {
        var tally = new Tally("streams");
        foreach (var file in Files())
            tally.Count(Path.GetFileName(file), Difference(file));
        tally.Close();
    }

    /// <summary>All recorded runs.</summary>
    internal static IReadOnlyList<string> Files()
    {
        var folder = Path.Combine(Repository.Golden, "streams", "vectors");
        Assert.True(Directory.Exists(folder), $"there is no folder {folder}");
        string[] files = [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 0, $"{folder} holds no run");
        return files;
    }

    private static string? Difference(string file)
    {
        var vector = StreamsVector.Read(file);
        if (!Catalogue.All.TryGetValue(vector.Topology, out var golden))
            return $"the topology {vector.Topology} is not known here";
        try
        {
            GoldenRun.Check(golden, vector);
            return null;
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }
}
