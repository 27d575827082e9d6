using MedStreams.Streams.Tests.Runtime.Fakes;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Runtime;

public sealed class AutoOffsetResetTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly FakeKafka _kafka = new FakeKafka().WithTopic("in").WithTopic("other").WithTopic("out");

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Theory]
    [InlineData("earliest", "old,recent,new")]
    [InlineData("latest", "new")]
    [InlineData("by_duration:PT1H", "recent,new")]
    [InlineData("by_duration:PT0S", "new")]
    [InlineData("by_duration:P1000D", "old,recent,new")]
    public async Task A_group_without_offsets_begins_where_the_policy_says(string policy, string expected)
    {
        ProduceOld("in");
        var reset = AutoOffsetReset.TryParse(policy)!;
        await CheckAsync(Copying(null), Config() with { AutoOffsetReset = reset }, expected);
    }

    [Fact]
    public async Task A_source_has_a_policy_of_its_own()
    {
        ProduceOld("in");
        await CheckAsync(Copying(AutoOffsetReset.Latest), Config() with { AutoOffsetReset = AutoOffsetReset.None }, "new");
    }

    [Fact]
    public async Task None_fails_with_a_word_on_what_to_do()
    {
        ProduceOld("in");
        await using var streams = new KafkaStreams(Copying(AutoOffsetReset.None), Config(), null, _kafka);
        await streams.StartAsync();

        var error = await Assert.ThrowsAsync<StreamsException>(() => streams.Completion);

        Assert.Contains("in-0", error.Message, StringComparison.Ordinal);
        Assert.Contains("none", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Task);
        Assert.Empty(_kafka.Read("out"));
    }

    [Fact]
    public async Task None_goes_on_from_a_committed_offset()
    {
        ProduceOld("in");
        lock (_kafka.Lock)
            _kafka.Committed[new TopicPartition("in", 0)] = 1;
        await CheckAsync(Copying(AutoOffsetReset.None), Config(), "recent,new");
    }

    [Theory]
    [InlineData("earliest")]
    [InlineData("latest")]
    [InlineData("none")]
    [InlineData("by_duration:PT1H30M")]
    public void A_policy_is_written_as_Kafka_does(string text)
    {
        Assert.Equal(text, AutoOffsetReset.TryParse(text)!.ToString());
        Assert.Equal(AutoOffsetReset.TryParse(text.ToUpperInvariant()), AutoOffsetReset.TryParse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("first")]
    [InlineData("by_duration")]
    [InlineData("by_duration:")]
    [InlineData("by_duration:1h")]
    [InlineData("by_duration:-PT1H")]
    public void Other_texts_are_no_policy(string text) => Assert.Null(AutoOffsetReset.TryParse(text));

    [Fact]
    public void Values_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AutoOffsetReset.ByDuration(TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentException>(() => new KafkaStreams(
            Copying(null),
            Config() with { MainConsumer = new Dictionary<string, string> { ["auto.offset.reset"] = "latest" } },
            null,
            _kafka));
    }

    private static Topology Copying(AutoOffsetReset? reset)
    {
        var builder = new StreamsBuilder();
        builder.Stream("in", new Consumed<string, string> { OffsetReset = reset }).To("out");
        return builder.Build();
    }

    private void ProduceOld(string topic)
    {
        var now = TimeProvider.System.GetUtcNow();
        _kafka.Produce(topic, "k", "old", (now - (2 * Hour)).ToUnixTimeMilliseconds());
        _kafka.Produce(topic, "k", "recent", (now - (Hour / 2)).ToUnixTimeMilliseconds());
    }

    private async Task CheckAsync(Topology topology, StreamsConfig config, string expected)
    {
        await using var streams = new KafkaStreams(topology, config, null, _kafka);
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        _kafka.Produce("in", "k", "new", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await Eventually.Holds(() => _kafka.Read("out") is [.., { ValueText: "new" }]);
        Assert.Equal(expected, string.Join(',', _kafka.Read("out").Select(r => r.ValueText)));
    }

    private StreamsConfig Config() => new()
    {
        ApplicationId = "app",
        BootstrapServers = "fake:1",
        StateDir = _stateDir,
        CommitInterval = TimeSpan.FromMilliseconds(10),
        Poll = TimeSpan.FromMilliseconds(1),
    };
}
