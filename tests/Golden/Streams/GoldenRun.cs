using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Streams;
using MedStreams.Streams.Testing;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Runs a topology over a vector and compares all that the vector holds.</summary>
internal static class GoldenRun
{
    public static void Check(GoldenTopology golden, StreamsVector vector)
    {
        var topology = golden.Build();
        Assert.Equal(vector.Describe, topology.Describe().ToString());
        using var driver = new TopologyTestDriver(topology, golden.Options);
        for (var i = 0; i < vector.Steps.Count; i++)
        {
            var step = vector.Steps[i];
            if (step.Pipe is { } pipe)
                Pipe(driver, pipe);
            else
                driver.AdvanceWallClockTime(TimeSpan.FromMilliseconds(step.AdvanceMilliseconds));
            var actual = golden.Outputs.SelectMany(t => Read(driver, t, golden.Hex.Contains(t))).ToArray();
            Assert.True(step.Out.SequenceEqual(actual), Difference(i, step, actual));
        }

        foreach (var store in golden.Stores)
            Assert.Equal(Live(vector.Stores[store.Name]!.AsArray(), store, driver), store.Read(driver).ToJsonString());
        Assert.Equal(vector.Stores.Select(s => s.Key).Order(), golden.Stores.Select(s => s.Name).Order());
        Assert.Equal(vector.ProducedTopics, driver.ProducedTopicNames.Order(StringComparer.Ordinal));
    }

    /// <summary>The entries that have not expired by the time of the store.</summary>
    private static string Live(JsonArray entries, StoreReader store, TopologyTestDriver driver)
    {
        if (store.Retention is not { } retention || entries.Count == 0)
            return entries.ToJsonString();
        var last = driver.StoreTime(store.Name);
        return new JsonArray([.. entries.Where(e => Time(e) > last - retention).Select(e => e!.DeepClone())]).ToJsonString();

        long Time(JsonNode? entry) => (long)entry![store.IsSession ? "end" : "start"]!;
    }

    private static void Pipe(TopologyTestDriver driver, VectorRecord record)
    {
        var headers = Headers.Empty;
        foreach (var header in record.Headers.Split(';', StringSplitOptions.RemoveEmptyEntries))
            headers = headers.With(header.Split('=')[0], Encoding.UTF8.GetBytes(header.Split('=')[1]));
        driver.CreateInputTopic<string?, string?>(record.Topic)
            .PipeInput(record.Key, record.Value, record.Timestamp, headers);
    }

    private static IEnumerable<VectorRecord> Read(TopologyTestDriver driver, string topic, bool hex) =>
        driver.CreateOutputTopic<byte[]?, byte[]?>(topic).ReadRecords().Select(r => new VectorRecord(
            topic,
            Text(r.Key, hex),
            Text(r.Value, hex),
            r.Timestamp,
            string.Join(";", r.Headers.Select(h => $"{h.Key}={Text(h)}"))));

    /// <summary>The value of a header; of what tells an exception the vectors only show that it is there.</summary>
    private static string? Text(Header header) =>
        header.Key is "__streams.errors.exception" or "__streams.errors.message" or "__streams.errors.stacktrace"
            ? "*"
            : header.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;

    private static string? Text(byte[]? bytes, bool hex) =>
        bytes is null ? null : hex ? Convert.ToHexStringLower(bytes) : Encoding.UTF8.GetString(bytes);

    private static string Difference(int index, VectorStep step, IEnumerable<VectorRecord> actual) =>
        $"Step {index}: {(step.Pipe is { } pipe ? pipe : $"clock + {step.AdvanceMilliseconds} ms")}\n"
        + $"expected\n  {string.Join("\n  ", step.Out)}\nactual\n  {string.Join("\n  ", actual)}";
}
