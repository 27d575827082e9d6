using FsCheck;
using FsCheck.Fluent;
using MedStreams.Topologies.Migration;
using static MedStreams.Topologies.Tests.Migration.Results;

namespace MedStreams.Topologies.Tests.Migration;

/// <summary>
/// Studies with random outcomes, late and repeated ones, time-outs, restarts and corrected departments: whatever comes, every task ends once, no list overflows, attempts
/// grow, and nothing is called migrated that was not moved whole within one attempt.
/// </summary>
public sealed class StudiesModelTests
{
    private const int Runs = 60;
    private const int Longest = 60;
    private const int Room = 2;
    private const int Batches = 3;
    private static readonly string[] Departments = ["CT", "MR"];
    private static readonly MigrationOptions Options = new()
    {
        Partitions = 1,
        ListCapacity = Room,
        BatchesAtOnce = 2,
        TimeLimit = TimeSpan.FromMinutes(2),
        Backoff = TimeSpan.FromSeconds(2),
        RollBackLimit = TimeSpan.FromSeconds(20),
    };

    [Fact]
    public void S3_5_S3_10_S3_11_whatever_comes_every_task_ends_once_and_migrated_means_moved_whole() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(Longest),
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1).ArrayOf(), Shrink), Play));

    private static IEnumerable<int[]> Shrink(int[] script) =>
        script.Length < 2 ? [] : [script[..(script.Length / 2)], script[(script.Length / 2)..], script[1..], script[..^1]];

    private static void Play(int[] script)
    {
        using var driver = new StudiesDriver(Options);
        var answered = new HashSet<MigrationStep>();
        var number = 0L;
        foreach (var seed in script)
        {
            var random = new Random(seed);
            switch (random.Next(10))
            {
                case 0 or 1:
                    driver.Send($"S{random.Next(6)}", ++number, Departments[random.Next(2)], time: random.Next(100));
                    break;
                case 2:
                    driver.Advance(TimeSpan.FromSeconds(random.Next(1, 40)));
                    break;
                case 3:
                    driver.Restart();
                    break;
                default:
                    if (driver.Steps.Count > 0)
                    {
                        var (study, step) = driver.Steps[random.Next(Math.Max(0, driver.Steps.Count - 8), driver.Steps.Count)];
                        answered.Add(step);
                        driver.Answer(study, step, Result(random, step));
                    }

                    break;
            }
        }

        for (var left = 1000; driver.Studies.All().Any(); left--)
        {
            Assert.True(left > 0, "studies never come to an end");
            foreach (var (study, step) in driver.Steps.Where(s => !answered.Contains(s.Step)).ToList())
            {
                answered.Add(step);
                driver.Answer(study, step, Good(step));
            }

            driver.Advance(TimeSpan.FromSeconds(5)); // what was answered falsely waits for its time limit
        }

        Assert.Equal(0, driver.Left(MigrationTopology.QueueStore));
        AssertHistory(driver, number);
    }

    private static StepResult Good(MigrationStep step) => step.Kind switch
    {
        StepKind.Collect => Collected(2 * Batches, Batches),
        StepKind.Transfer => Moved(2),
        StepKind.Finish => StepResult.Done(step.Expected),
        _ => StepResult.Done(Amount.None),
    };

    private static StepResult Result(Random random, MigrationStep step) => random.Next(10) switch
    {
        0 => random.Next(2) == 0 ? Down : Refusal,
        1 => Conflict,
        2 => StepResult.Failed(StepFailure.Fenced, "a later attempt"),
        3 => step.Kind == StepKind.Collect ? Collected(7, Batches) : SoFar(1),
        4 => step.Kind == StepKind.Finish ? StepResult.Done(Objects(random.Next(9))) : Good(step),
        _ => Good(step),
    };

    private static void AssertHistory(StudiesDriver driver, long tasks)
    {
        var current = Departments.ToDictionary(d => d, _ => 0, StringComparer.Ordinal);
        foreach (var (_, said) in driver.Events)
        {
            if (said.Kind == MigrationEventKind.Listed)
                current[said.Department]++;
            else if (IsEnd(said.Kind))
                current[said.Department]--;
            Assert.InRange(current[said.Department], 0, Room);
        }

        foreach (var study in driver.Events.GroupBy(e => e.Study, e => e.Event, StringComparer.Ordinal))
        {
            var attempts = study.Where(e => e.Kind == MigrationEventKind.AttemptBegan).Select(e => e.Attempt).ToList();
            Assert.Equal(attempts.Order().Distinct(), attempts);
            foreach (var task in study.GroupBy(e => e.Task))
            {
                var end = Assert.Single(task, e => IsEnd(e.Kind));
                Assert.Same(end, task.Last());
                Assert.InRange(end.Tries, 0, Options.Tries);
                if (end.Kind == MigrationEventKind.Migrated)
                    Assert.Equal(end.Expected!.Value.Objects, end.Migrated.Objects);
                Assert.Equal(end.State == RecordState.Failed, driver.Alerts.Any(a => a.Task == task.Key && a.Kind is AlertKind.StudyFailed or AlertKind.Conflict && a.Tries == end.Tries));
            }
        }

        Assert.All(driver.Events, e => Assert.InRange(e.Event.Task, 1, tasks));
    }

    private static bool IsEnd(MigrationEventKind kind) =>
        kind is MigrationEventKind.Migrated or MigrationEventKind.Skipped or MigrationEventKind.Failed or MigrationEventKind.TimedOut or MigrationEventKind.Misplaced;
}
