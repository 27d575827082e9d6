namespace MedStreams.Streams.Testing.Tests;

/// <summary>Sinks behind topics, under the test driver.</summary>
public sealed class SinkTests
{
    [Fact]
    public void A_sink_on_a_topic_reads_that_topic()
    {
        var sink = new InMemorySink<string, string>();
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ToSink("target", sink);
        using var driver = new TopologyTestDriver(builder.Build());
        driver.CreateInputTopic<string, string>("in").PipeInput("k", "v", 7);
        Assert.Equal([new Record<string, string>("k", "v", 7)], sink.Records);
        Assert.Equal(1, sink.NextOffset(new SinkPartition("test", "target", "in", 0)));
        Assert.Empty(driver.ProducedTopicNames);
    }

    [Fact]
    public void A_sink_behind_operators_reads_a_topic_of_its_own()
    {
        var sink = new InMemorySink<string, long?>();
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").GroupByKey().Count().ToStream().ToSink("counts", sink);
        var topology = builder.Build();
        Assert.Equal(2, topology.Describe().Subtopologies.Count);
        using var driver = new TopologyTestDriver(topology);
        var input = driver.CreateInputTopic<string, string>("in");
        input.PipeInput("a", "x", 1);
        input.PipeInput("a", "y", 2);
        Assert.Equal([1, 2], sink.Records.Select(r => r.Value));
        Assert.Contains("test-counts-repartition", driver.ProducedTopicNames);
        Assert.Equal(2, sink.NextOffset(new SinkPartition("test", "counts", "test-counts-repartition", 0)));
    }

    [Fact]
    public void A_sink_does_not_share_the_topic_with_operators()
    {
        var builder = new StreamsBuilder();
        var stream = builder.Stream<string, string>("in");
        stream.ToSink("target", new InMemorySink<string, string>());
        stream.MapValues(v => v + "!").To("out");
        Assert.Equal(2, builder.Build().Describe().Subtopologies.Count);
    }

    [Fact]
    public void Refused_records_are_reported_and_the_others_are_kept()
    {
        var sink = new InMemorySink<string, string>(r => r.Value == "bad" ? "too bad" : null);
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ToSink("target", sink);
        using var driver = new TopologyTestDriver(builder.Build());
        driver.CreateInputTopic<string, string>("in").PipeInput([("1", "good"), ("2", "bad"), ("3", "good")]);
        Assert.Equal(["1", "3"], sink.Records.Select(r => r.Key));
        Assert.Equal([new RejectedRecord(1, "too bad")], driver.RejectedRecords);
    }

    [Fact]
    public void What_the_target_holds_is_not_written_again()
    {
        var sink = new InMemorySink<string, string>();
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("in").ToSink("target", sink);
        var topology = builder.Build();
        using (var first = new TopologyTestDriver(topology))
            first.CreateInputTopic<string, string>("in").PipeInput([("1", "a"), ("2", "b")]);
        using var second = new TopologyTestDriver(topology);
        second.CreateInputTopic<string, string>("in").PipeInput([("1", "a"), ("2", "b"), ("3", "c")]);
        Assert.Equal(["1", "2", "3"], sink.Records.Select(r => r.Key));
    }

    [Fact]
    public async Task A_claim_fences_the_owner_before_it()
    {
        var sink = new InMemorySink<string, string>();
        var partition = new SinkPartition("app", "target", "in", 0);
        var token = TestContext.Current.CancellationToken;
        await using var old = await sink.ClaimAsync(partition, token);
        old.Write(new Record<string, string>("k", "v", 0), new RecordMetadata("in", 0, 0));
        await using var owner = await sink.ClaimAsync(partition, token);
        await Assert.ThrowsAsync<SinkFencedException>(
            async () => await old.CommitAsync(1, (_, _) => ValueTask.CompletedTask, token));
        Assert.Empty(sink.Records);
    }
}
