namespace MedStreams.Streams.Testing.Tests;

/// <summary>Topics, times, stores and errors of the test driver.</summary>
public sealed class DriverTests
{
    [Fact]
    public void Records_take_the_time_of_their_topic_which_moves_on()
    {
        using var driver = Upper();
        var input = driver.CreateInputTopic<string, string>(
            "in", start: DateTimeOffset.FromUnixTimeMilliseconds(100), autoAdvance: TimeSpan.FromMilliseconds(5));
        input.PipeInput([("a", "x"), ("b", "y")]);
        input.AdvanceTime(TimeSpan.FromMilliseconds(50));
        input.PipeInput("c", "z");
        input.PipeInput([("d", "z"), ("e", "z")], DateTimeOffset.FromUnixTimeMilliseconds(7), TimeSpan.FromMilliseconds(1));
        input.PipeInput([new Record<string, string>("f", "z", 3)]);
        Assert.Equal(
            [100, 105, 160, 7, 8, 3], driver.CreateOutputTopic<string, string>("out").ReadRecords().Select(r => r.Timestamp));
        Assert.Equal(160, driver.StreamTimeMs);
    }

    [Fact]
    public void Outputs_are_read_in_all_forms_once()
    {
        using var driver = Upper();
        driver.CreateInputTopic<string, string>("in").PipeInput([("a", "1"), ("b", "2"), ("a", "3"), ("c", "4")]);
        var output = driver.CreateOutputTopic<string, string>("out");
        Assert.Equal(("a", "1"), output.ReadKeyValue());
        Assert.Equal("2", output.ReadValue());
        Assert.Equal(2, output.Count);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "3", ["c"] = "4" }, output.ReadLastValues());
        Assert.True(output.IsEmpty);
        Assert.Empty(output.ReadValues());
    }

    [Fact]
    public void Headers_and_internal_topics_are_seen()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").GroupBy((_, v) => v, Grouped.As("by-value")).Count(Materialized.As("counts")).ToStream().To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        var headers = Headers.Empty.With("h", "1"u8.ToArray());
        driver.CreateInputTopic<string, string>("in").PipeInput("a", "x", 9, headers);
        Assert.Equal(
            new Record<string, string>("x", "x", 9, headers),
            driver.CreateOutputTopic<string, string>("test-by-value-repartition").ReadRecord());
        Assert.Equal(("x", 1), driver.CreateOutputTopic<string, long>("test-counts-changelog").ReadKeyValue());
        driver.CreateInputTopic<string, string>("test-by-value-repartition").PipeInput("x", "again", 10);
        Assert.Equal(2, driver.GetTimestampedKeyValueStore<string, long?>("counts").Get("x")?.Value);
        Assert.Equal(["counts"], driver.StateStores.Keys);
    }

    [Fact]
    public void A_test_may_fill_a_store_before_records_come()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").GroupByKey().Count(Materialized.As("counts")).ToStream().To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        driver.GetTimestampedKeyValueStore<string, long?>("counts").Put("a", new ValueAndTimestamp<long?>(41, 5));
        driver.CreateInputTopic<string, string>("in").PipeInput("a", "x", 6);
        Assert.Equal(42, driver.CreateOutputTopic<string, long>("out").ReadRecords()[^1].Value);
    }

    [Fact]
    public void Errors_say_what_is_there_instead()
    {
        var driver = Upper();
        var input = driver.CreateInputTopic<string, string>("in");
        input.PipeInput("a", "x");
        Assert.Contains("It reads in.", Assert.Throws<StreamsException>(
            () => driver.CreateInputTopic<string, string>("nowhere").PipeInput("a", "x")).Message, StringComparison.Ordinal);
        Assert.Contains("there are out.", Assert.Throws<InvalidOperationException>(
            () => driver.CreateOutputTopic<string, string>("nowhere").ReadRecord()).Message, StringComparison.Ordinal);
        Assert.Throws<SerializationException>(() => driver.CreateOutputTopic<string, long>("out").ReadRecord());
        Assert.Throws<InvalidOperationException>(() => driver.CreateOutputTopic<string, string>("out").ReadRecord());
        Assert.Throws<StreamsException>(() => driver.GetKeyValueStore<string, string>("nowhere"));
        Assert.Throws<ArgumentOutOfRangeException>(() => driver.AdvanceWallClockTime(TimeSpan.FromSeconds(-1)));
        input.PipeInput(null!, "keyless");
        Assert.Throws<InvalidOperationException>(() => driver.CreateOutputTopic<string, string>("out").ReadLastValues());
        driver.Dispose();
        Assert.Throws<ObjectDisposedException>(() => input.PipeInput("a", "x"));
        Assert.Throws<ObjectDisposedException>(() => driver.AdvanceWallClockTime(TimeSpan.Zero));
    }

    [Fact]
    public void What_a_processor_throws_comes_out_with_its_place()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValues(v => int.Parse(v), Named.As("parse")).To("out");
        using var driver = new TopologyTestDriver(builder.Build());
        var error = Assert.Throws<StreamsException>(() => driver.CreateInputTopic<string, string>("in").PipeInput("a", "secret"));
        Assert.Contains("parse", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(error.InnerException);
    }

    private static TopologyTestDriver Upper()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").MapValues(v => v.ToUpperInvariant()).To("out");
        return new TopologyTestDriver(builder.Build());
    }
}
