using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.Migration;

namespace MedStreams.Topologies.Tests.Migration;

/// <summary>Both stages together: tasks in, a mover called, events out.</summary>
public sealed class MigrationTopologyTests
{
    private static readonly MigrationOptions Options = new() { Partitions = 1, BatchesAtOnce = 2, Backoff = TimeSpan.FromSeconds(1) };

    [Fact]
    public void A_study_is_collected_moved_batch_by_batch_and_finished()
    {
        var mover = new ScriptedMover();
        using var driver = Driver(mover);
        Send(driver, "1.2", 1);

        Assert.Equal(["Collect 1.2", "Transfer 1.2 0", "Transfer 1.2 1", "Transfer 1.2 2", "Finish 1.2"], mover.Calls);
        Assert.Equal(RecordState.Migrated, Events(driver)[^1].State);
    }

    [Fact]
    public void S3_11_what_a_mover_throws_fails_the_attempt_without_a_word_of_its_text_and_the_next_one_succeeds()
    {
        var mover = new ScriptedMover { Fault = step => step is { Kind: StepKind.Transfer, Attempt: 1, Batch: 1 } ? new InvalidOperationException("ZHANG^SAN") : null };
        using var driver = Driver(mover);
        Send(driver, "1.2", 1);
        Assert.Contains("RollBack 1.2", mover.Calls);
        driver.AdvanceWallClockTime(TimeSpan.FromSeconds(2));

        var events = Events(driver);
        Assert.Equal((RecordState.Migrated, 2), (events[^1].State, events[^1].Attempt));
        Assert.Equal("the step ended with InvalidOperationException", events.Single(e => e.Kind == MigrationEventKind.AttemptFailed).Reason);
    }

    [Fact]
    public void The_stages_are_two_sub_topologies_and_both_are_described()
    {
        var builder = new StreamsBuilder();
        MigrationTopology.Build(builder, Options, new ScriptedMover());
        var text = builder.Build().Describe().ToString();
        Assert.Contains("Sub-topology: 1", text, StringComparison.Ordinal);
        foreach (var topic in MigrationTopology.Topics(Options))
            Assert.Contains(topic, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Partitions must be 1 to 1,000.")]
    public void A_setting_out_of_its_range_is_refused_with_what_is_allowed(string text) =>
        Assert.Contains(text, Assert.Throws<ArgumentException>((Options with { Partitions = 0 }).Validate).Message, StringComparison.Ordinal);

    private static TopologyTestDriver Driver(IStudyMover mover)
    {
        var builder = new StreamsBuilder();
        MigrationTopology.Build(builder, Options, mover);
        return new TopologyTestDriver(builder.Build());
    }

    private static void Send(TopologyTestDriver driver, string study, long number) =>
        driver.CreateInputTopic(Options.TaskTopic, Serdes.String, MigrationSerdes.Task)
            .PipeInput(study, new MigrationTask(StudiesDriver.Run, number, 1, "CT"));

    private static IReadOnlyList<MigrationEvent> Events(TopologyTestDriver driver) =>
        driver.CreateOutputTopic(Options.EventTopic, Serdes.String, MigrationSerdes.Event).ReadValues();

    /// <summary>Three batches of one object each; fails where it is told to.</summary>
    private sealed class ScriptedMover : IStudyMover
    {
        public List<string> Calls { get; } = [];

        public Func<MigrationStep, Exception?> Fault { get; init; } = _ => null;

        public ValueTask<StepResult> CollectAsync(string study, MigrationStep step, CancellationToken cancellationToken) =>
            Answer($"Collect {study}", step, Results.Collected(3, 3));

        public ValueTask<StepResult> TransferAsync(string study, MigrationStep step, CancellationToken cancellationToken) =>
            Answer($"Transfer {study} {step.Batch}", step, Results.Moved(1));

        public ValueTask<StepResult> FinishAsync(string study, MigrationStep step, CancellationToken cancellationToken) =>
            Answer($"Finish {study}", step, StepResult.Done(step.Expected));

        public ValueTask<StepResult> RollBackAsync(string study, MigrationStep step, CancellationToken cancellationToken) =>
            Answer($"RollBack {study}", step, StepResult.Done(Amount.None));

        private ValueTask<StepResult> Answer(string call, MigrationStep step, StepResult result)
        {
            lock (Calls)
                Calls.Add(call);
            return Fault(step) is { } fault ? throw fault : ValueTask.FromResult(result);
        }
    }
}
