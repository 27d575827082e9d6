using MedStreams.Cli.Commands.Migrate;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Tests.Migration;

/// <summary>What a person sees of a run that goes on.</summary>
public sealed class MigrateDisplayTests
{
    private static readonly RunStatus Status = new()
    {
        Run = new MigrationRun(
            1,
            new MigrationRunOptions { Name = "r", Source = "old", Target = "new", FirstDay = new DateOnly(2020, 1, 1), LastDay = new DateOnly(2020, 1, 31) },
            Paused: false, Starts: 1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch),
        At = DateTimeOffset.UnixEpoch,
        Windows = new WindowCounts(10, 0, 0, 0, 10),
        Studies = new StudyCounts(0, 9, 2, 7, 1, 1, 60, 30, 1_500_000),
        Departments = new Dictionary<string, StudyCounts>(StringComparer.Ordinal),
        TasksWaiting = 0,
        Alerts = 0,
        RecentStudies = 8,
        RecentObjects = 30,
        RecentBytes = 1_500_000,
        RateOver = TimeSpan.FromMinutes(5),
    };

    [Fact]
    public void S3_12_A_line_tells_how_far_it_is_how_fast_and_what_is_left() =>
        Assert.Equal("8 of 20 studies migrated, 2 on their way, 1 failed; 30 objects, 1.5 MB; 96 studies/h, 5 kB/s; 00:06:53 left", MigrateDisplay.Line(Status));

    [Fact]
    public void S3_12_Nothing_is_estimated_before_the_source_was_asked_for_all() => Assert.EndsWith(
        "; 10 of 14 steps of the source asked for", MigrateDisplay.Line(Status with { Windows = Status.Windows with { Open = 4 } }), StringComparison.Ordinal);

    [Fact]
    public void S3_12_A_run_that_is_held_says_so() =>
        Assert.EndsWith("; paused", MigrateDisplay.Line(Status with { Run = Status.Run with { Paused = true } }), StringComparison.Ordinal);
}
