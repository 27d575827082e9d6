namespace MedStreams.Golden.Tests.Streams;

/// <summary>
/// Every recorded run of Kafka Streams against this engine: outputs, stores, topics and descriptions. Topologies that are
/// not served yet show as skipped.
/// </summary>
public sealed class StreamsVectorTests(ITestOutputHelper output)
{
    private const string NoFolder = "(no folder)";

    public static TheoryData<string> Vectors()
    {
        var data = new TheoryData<string>();
        foreach (var file in StreamsVector.Files())
            data.Add(file);
        if (data.Count == 0)
            data.Add(NoFolder);
        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_run_equals_that_of_Kafka_Streams(string file)
    {
        Assert.SkipWhen(file == NoFolder, $"There are no vectors in {StreamsVector.Folder}: not run.");
        var name = StreamsVector.TopologyOf(file);
        Assert.SkipWhen(Catalogue.NotYet.Contains(name), $"{name} is not served yet.");
        Assert.True(Catalogue.Written.TryGetValue(name, out var golden), $"{name} is neither written nor listed as not yet.");
        GoldenRun.Check(golden, StreamsVector.Read(file));
    }

    [Fact]
    public void The_folder_holds_vectors_and_none_is_overlooked()
    {
        Assert.SkipUnless(
            Directory.Exists(StreamsVector.Folder), $"{StreamsVector.Folder} is not on this machine: not run.");
        var recorded = StreamsVector.Files().Select(StreamsVector.TopologyOf).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(recorded);
        Assert.Empty(Catalogue.Written.Keys.Intersect(Catalogue.NotYet, StringComparer.Ordinal));
        var served = recorded.Count(Catalogue.Written.ContainsKey);
        output.WriteLine($"Kafka Streams' topologies: {served} served, {recorded.Count - served} not served yet");
    }
}
