using System.Text.RegularExpressions;
using MedStreams.Streams.Tests.Clients;
using MedStreams.Support;

namespace MedStreams.Streams.Tests.Reset;

/// <summary>A reset against the embedded broker, and what an application does after it.</summary>
public sealed class ApplicationResetTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private readonly string _stateDir = Directory.CreateTempSubdirectory("medstreams-").FullName;
    private readonly string _app = $"reset-{Guid.NewGuid():N}";

    private string Input => $"{_app}.in";

    private string Output => $"{_app}.out";

    public void Dispose() => Directory.Delete(_stateDir, recursive: true);

    [Fact]
    public async Task After_a_reset_everything_is_counted_again_from_nothing()
    {
        await RunAsync(300);
        using var reset = new ApplicationReset(ResetOptions.For(Counting(), Config()));

        var plan = reset.Plan();
        Assert.Empty(plan.Members);
        Assert.Equal(
            [$"{_app}-assignment", $"{_app}-by-value-repartition", $"{_app}-counts-changelog"], plan.DeletedTopics);
        Assert.Equal([Input, Input], plan.Offsets.Select(o => o.Partition.Topic));
        Assert.All(plan.Offsets, o => Assert.Equal((true, 0L), (o.From > 0, o.To)));
        Assert.Equal(300, plan.Offsets.Sum(o => o.From));
        Assert.Equal(Path.Combine(_stateDir, _app), plan.StateFolder);
        await reset.ExecuteAsync(plan);

        Assert.False(Directory.Exists(plan.StateFolder));
        Assert.Equal(300, broker.Lag(_app, Input));
        var again = reset.Plan();
        Assert.Empty(again.DeletedTopics);
        Assert.Empty(again.ForgottenOffsets);
        await RunAsync(600);
        var last = broker.Read(Output, 600);
        Assert.All(
            last.GroupBy(r => r.Key),
            g => Assert.Equal([.. Enumerable.Range(1, 30), .. Enumerable.Range(1, 30)], g.Select(r => int.Parse(r.Value))));
    }

    [Fact]
    public async Task It_is_refused_while_members_are_there_and_names_them()
    {
        await broker.CreateTopicsAsync(2, Input, Output);
        await using var streams = new KafkaStreams(Counting(), Config());
        await streams.StartAsync();
        await Eventually.Holds(() => streams.State == KafkaStreamsState.Running);
        using var reset = new ApplicationReset(ResetOptions.For(Counting(), Config()));

        var plan = reset.Plan();
        var error = await Assert.ThrowsAsync<StreamsException>(() => reset.ExecuteAsync(plan));

        Assert.StartsWith(_app, Assert.Single(plan.Members).ClientId, StringComparison.Ordinal);
        Assert.Contains(plan.Members[0].ClientId, error.Message, StringComparison.Ordinal);
        Assert.Equal(KafkaStreamsState.Running, streams.State);
        await streams.CloseAsync();
        Assert.Empty((await reset.PlanAsync(TimeSpan.FromSeconds(30))).Members);
    }

    [Fact]
    public async Task Inputs_are_set_where_the_target_says()
    {
        await broker.CreateTopicsAsync(1, Input, Output, $"{_app}.mid");
        broker.Produce(Input, Enumerable.Range(0, 10).Select(i => ("k", $"{i}")));
        broker.Produce($"{_app}.mid", Enumerable.Range(0, 4).Select(i => ("k", $"{i}")));
        var beforeAll = DateTimeOffset.UnixEpoch.AddYears(1);

        Assert.Equal(0, await To(ResetTarget.Earliest));
        Assert.Equal(10, await To(ResetTarget.Latest));
        Assert.Equal(7, await To(ResetTarget.ToOffset(7)));
        Assert.Equal(5, await To(ResetTarget.ShiftBy(-2)));
        Assert.Equal(8, await To(ResetTarget.ShiftBy(3)));
        Assert.Equal(10, await To(ResetTarget.ShiftBy(100)));
        Assert.Equal(0, await To(ResetTarget.ShiftBy(-100)));
        Assert.Equal(10, await To(ResetTarget.ToOffset(1_000)));
        Assert.Equal(0, await To(ResetTarget.ToTime(beforeAll)));
        Assert.Equal(10, await To(ResetTarget.ToTime(TimeProvider.System.GetUtcNow().AddDays(1))));
        Assert.Equal(0, await To(ResetTarget.ByDuration(TimeSpan.FromDays(1))));
        Assert.Equal(10, await To(ResetTarget.ByDuration(TimeSpan.Zero)));

        async Task<long> To(ResetTarget target)
        {
            using var reset = new ApplicationReset(new ResetOptions
            {
                ApplicationId = _app,
                BootstrapServers = broker.BootstrapServers,
                InputTopics = [Input],
                IntermediateTopics = [$"{_app}.mid"],
                Target = target,
            });
            var plan = reset.Plan();
            Assert.Equal(4, plan.Offsets.Single(o => o.IsIntermediate).To);
            Assert.Null(plan.StateFolder);
            await reset.ExecuteAsync(plan);
            return 10 - broker.Lag(_app, Input);
        }
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_named()
    {
        await broker.CreateTopicsAsync(1, Input);
        using var reset = new ApplicationReset(new ResetOptions
        {
            ApplicationId = _app,
            BootstrapServers = broker.BootstrapServers,
            InputTopics = [Input, "nowhere"],
        });

        Assert.Equal("There is no topic nowhere.", Assert.Throws<StreamsException>(reset.Plan).Message);
    }

    [Fact]
    public void Internal_topics_are_told_by_their_names_and_those_of_a_longer_application_id_stay()
    {
        string[] topics =
        [
            "app-assignment", "app-counts-changelog", "app-KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition",
            "app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000006-topic", "app-join-subscription-response-topic",
            "app-results", "app", "other-changelog", "app-two-assignment", "app-two-counts-changelog", "application-x-changelog",
        ];

        Assert.Equal(topics[..5], InternalTopicNames.Of("app", topics));
        Assert.Equal(["app-two-assignment", "app-two-counts-changelog"], InternalTopicNames.Of("app-two", topics));
    }

    [Fact]
    public async Task A_topology_tells_its_inputs_and_what_it_writes_itself()
    {
        await broker.CreateTopicsAsync(1, Input, Output, $"{_app}.mid", $"{_app}.pattern-1", $"{_app}.table");
        var builder = new StreamsBuilder();
        builder.GlobalTable<string, string>($"{_app}.table");
        builder.Stream<string, string>(Input).To($"{_app}.mid");
        builder.Stream<string, string>($"{_app}.mid").Repartition().To(Output);
        builder.Stream<string, string>(new Regex($"{_app}\\.pattern-.*", RegexOptions.NonBacktracking)).To(Output);
        using var reset = new ApplicationReset(ResetOptions.For(builder.Build(), Config()));

        var plan = reset.Plan();

        Assert.Equal(
            [(Input, false), ($"{_app}.pattern-1", false), ($"{_app}.mid", true)],
            plan.Offsets.Select(o => (o.Partition.Topic, o.IsIntermediate)));
    }

    [Fact]
    public async Task An_internal_topic_that_does_not_fit_brings_the_command_that_helps()
    {
        await broker.CreateTopicsAsync(2, Input, Output);
        await broker.CreateTopicsAsync(5, $"{_app}-counts-changelog");
        await using var streams = new KafkaStreams(Counting(), Config());

        var error = await Assert.ThrowsAsync<TopologyException>(() => streams.StartAsync());

        Assert.Contains(
            $"medstreams reset --application-id {_app} --input-topics {Input} --execute", error.Message, StringComparison.Ordinal);
    }

    private async Task RunAsync(int results)
    {
        if (results == 300)
        {
            await broker.CreateTopicsAsync(2, Input, Output);
            broker.Produce(Input, Enumerable.Range(0, 300).Select(i => ($"k{i}", $"v{i % 10}")));
        }

        await using var streams = new KafkaStreams(Counting(), Config());
        await streams.StartAsync();
        await Eventually.Holds(() => broker.Lag(_app, Input) == 0, TimeSpan.FromSeconds(60));
        await Eventually.Holds(() => broker.ReadAll(Output).Count == results, TimeSpan.FromSeconds(60));
    }

    private Topology Counting()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>(Input)
            .GroupBy((_, value) => value, Grouped.As("by-value"))
            .Count(Materialized.As("counts"))
            .ToStream()
            .MapValues(static count => count.ToString() ?? "")
            .To(Output);
        return builder.Build();
    }

    private StreamsConfig Config() => new()
    {
        ApplicationId = _app,
        BootstrapServers = broker.BootstrapServers,
        ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
        StateDir = _stateDir,
        CommitInterval = TimeSpan.FromMilliseconds(50),
        StateStoreCacheMaxBytes = 0,
    };
}
