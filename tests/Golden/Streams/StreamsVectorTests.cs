namespace MedStreams.Golden.Tests.Streams;

/// <summary>
/// Every recorded run of Kafka Streams against this engine: outputs, stores, topics and descriptions. Topologies on the list of
/// those that are not served yet are counted as such.
/// </summary>
public sealed class StreamsVectorTests
{
    [Fact]
    public void Runs_equal_those_of_Kafka_Streams()
    {
        var tally = new Tally("streams");
        foreach (var file in GoldenFolder.Files(Path.Combine("streams", "vectors"), "*.json"))
        {
            var name = Path.GetFileName(file).Split('.')[0];
            if (Catalogue.NotYet.Contains(name))
                tally.NotServed();
            else
                tally.Count(Path.GetFileName(file), Difference(name, file));
        }

        tally.Close();
    }

    [Fact]
    public void A_topology_is_either_served_or_listed_as_not_yet() =>
        Assert.Empty(Catalogue.Written.Keys.Intersect(Catalogue.NotYet, StringComparer.Ordinal));

    private static string? Difference(string name, string file)
    {
        if (!Catalogue.Written.TryGetValue(name, out var golden))
            return "neither written nor listed as not yet";
        try
        {
            GoldenRun.Check(golden, StreamsVector.Read(file));
            return null;
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }
}
