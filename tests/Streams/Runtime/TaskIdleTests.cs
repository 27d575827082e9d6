using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>The order of records over partitions, and what it waits for (KIP-695).</summary>
public sealed class TaskIdleTests : IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("a").WithTopic("b").WithTopic("out");

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task Records_of_two_topics_go_in_the_order_of_their_times_however_they_arrive()
    {
        for (var i = 0; i < 12_000; i++)
            _kafka.Produce("a", "a", $"a{i}", i * 2);
        for (var i = 0; i < 12_000; i++)
            _kafka.Produce("b", "b", $"b{i}", (i * 2) + 1);
        await using var streams = await StartAsync(TimeSpan.Zero);

        await Eventually.Holds(() => _kafka.Read("out").Count == 24_000);

        Assert.Equal(Enumerable.Range(0, 24_000).Select(t => (long)t), _kafka.Read("out").Select(r => r.Timestamp));
    }

    [Fact]
    public async Task What_never_waits_takes_them_as_they_come()
    {
        for (var i = 0; i < 6_000; i++)
            _kafka.Produce("a", "a", "a", 100_000 + i);
        _kafka.Produce("b", "b", "b", 1);
        await using var streams = await StartAsync(Timeout.InfiniteTimeSpan);

        await Eventually.Holds(() => _kafka.Read("out").Count == 6_001);

        Assert.NotEqual("b", _kafka.Read("out")[0].ValueText); // a poll brings 5,000 of the first topic
    }

    [Fact]
    public async Task A_topic_at_its_end_holds_up_nobody_unless_producers_may_be_late()
    {
        _kafka.Produce("a", "a", "first", 10);
        await using (var soon = await StartAsync(TimeSpan.Zero))
            await Eventually.Holds(() => _kafka.Read("out").Count == 1);

        await using var patient = await StartAsync(TimeSpan.FromMinutes(10));
        _kafka.Produce("a", "a", "third", 30);
        await Task.WhenAny(Eventually.Holds(() => _kafka.Read("out").Count > 1, TimeSpan.FromMilliseconds(300)));
        Assert.Single(_kafka.Read("out"));
        _kafka.Produce("b", "b", "second", 20);
        _kafka.Produce("b", "b", "fourth", 40);

        await Eventually.Holds(() => _kafka.Read("out").Count == 3);
        Assert.Equal(["first", "second", "third"], _kafka.Read("out").Select(r => r.ValueText));
    }

    [Fact]
    public async Task After_the_time_given_it_goes_on()
    {
        _kafka.Produce("a", "a", "a", 10);
        await using var streams = await StartAsync(TimeSpan.FromMilliseconds(50));

        await Eventually.Holds(() => _kafka.Read("out").Count == 1);
    }

    [Fact]
    public async Task While_one_topic_waits_for_another_its_buffer_stays_bounded_and_nothing_is_lost()
    {
        await using var streams = await StartAsync(TimeSpan.FromMinutes(10), buffered: 100);
        for (var i = 0; i < 30_000; i++)
            _kafka.Produce("a", "a", $"a{i}", i);
        await Eventually.Holds(() => Buffered(streams) >= 2_000);
        await Task.WhenAny(Eventually.Holds(() => Buffered(streams) > 7_100, TimeSpan.FromMilliseconds(300)));
        Assert.InRange(Buffered(streams), 2_000, 7_000);

        _kafka.Produce("b", "b", "last", 100_000);

        await Eventually.Holds(() => _kafka.Read("out").Count == 30_000);
        Assert.Equal(Enumerable.Range(0, 30_000).Select(i => $"a{i}"), _kafka.Read("out").Select(r => r.ValueText));
    }

    private static long Buffered(KafkaStreams streams) =>
        (long)streams.Metrics.Where(m => m.Name == "active-buffer-count").Sum(m => Convert.ToDouble(m.Value));

    private async Task<KafkaStreams> StartAsync(TimeSpan maxIdle, int buffered = 1000)
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("a").Merge(builder.Stream<string, string>("b")).To("out");
        var streams = new KafkaStreams(
            builder.Build(),
            new StreamsConfig
            {
                ApplicationId = "app",
                BootstrapServers = "fake:1",
                StateDir = _stateDir,
                ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
                CommitInterval = TimeSpan.FromMilliseconds(5),
                Poll = TimeSpan.FromMilliseconds(1),
                MaxTaskIdle = maxIdle,
                BufferedRecordsPerPartition = buffered,
            },
            null,
            _kafka);
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        return streams;
    }
}
