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
            Step(driver, step);
            var actual = golden.Outputs.SelectMany(t => Read(driver, t, golden.Hex.Contains(t))).ToArray();
            Assert.True(step.Out.SequenceEqual(actual), Difference(i, step, actual));
        }

        var stores = new DriverStores(driver);
        foreach (var store in golden.Stores)
        {
            Assert.Equal(
                Live(vector.Stores[store.Name]!.AsArray(), store, stores.TimeOf(store.Name)), store.Read(stores).ToJsonString());
        }

        Assert.Equal(vector.Stores.Select(s => s.Key).Order(), golden.Stores.Select(s => s.Name).Order());
        Assert.Equal(vector.ProducedTopics, driver.ProducedTopicNames.Order(StringComparer.Ordinal));
    }

    /// <summary>Does what a step says.</summary>
    public static void Step(TopologyTestDriver driver, VectorStep step)
    {
        if (step.Pipe is { } pipe)
            Pipe(driver, pipe);
        else
            driver.AdvanceWallClockTime(TimeSpan.FromMilliseconds(step.AdvanceMilliseconds));
    }

    /// <summary>A record as the vectors show it.</summary>
    public static VectorRecord Show(string topic, byte[]? key, byte[]? value, long timestamp, Headers headers, bool hex) =>
        new(topic, Text(key, hex), Text(value, hex), timestamp, string.Join(";", headers.Select(h => $"{h.Key}={Text(h)}")));

    public static string Difference(int index, VectorStep step, IEnumerable<VectorRecord> actual) =>
        $"Step {index}: {(step.Pipe is { } pipe ? pipe : $"clock + {step.AdvanceMilliseconds} ms")}\n"
        + $"expected\n  {string.Join("\n  ", step.Out)}\nactual\n  {string.Join("\n  ", actual)}";

    /// <summary>The entries that have not expired by the time of the store.</summary>
    public static string Live(JsonArray entries, StoreReader store, long last)
    {
        if (store.Retention is not { } retention || entries.Count == 0)
            return entries.ToJsonString();
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
        driver.CreateOutputTopic<byte[]?, byte[]?>(topic).ReadRecords()
            .Select(r => Show(topic, r.Key, r.Value, r.Timestamp, r.Headers, hex));

    /// <summary>The value of a header; of what tells an exception the vectors only show that it is there.</summary>
    private static string? Text(Header header) =>
        header.Key is "__streams.errors.exception" or "__streams.errors.message" or "__streams.errors.stacktrace"
            ? "*"
            : header.Value is { } value ? Encoding.UTF8.GetString(value.Span) : null;

    private static string? Text(byte[]? bytes, bool hex) =>
        bytes is null ? null : hex ? Convert.ToHexStringLower(bytes) : Encoding.UTF8.GetString(bytes);
}
