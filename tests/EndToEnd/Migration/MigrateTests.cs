using System.Text.Json;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>A whole migration from the command line, from one PACS to another.</summary>
public sealed class MigrateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_a_PACS_is_planned_moved_proven_and_compared_and_a_second_run_moves_nothing()
    {
        await using var stack = await MigrationStack.StartAsync(new VolumeOptions { Instances = 150, FilmBytes = 1 << 20 }, Stop);
        var studies = stack.Volume.Studies.Count;

        var plan = await stack.MigrateAsync(["plan"], Stop);
        Assert.True(plan.Code == 0, plan.Error);
        Assert.Contains($": {studies} studies", plan.Error, StringComparison.Ordinal);

        var start = await stack.MigrateAsync(["start", "--json"], Stop);
        Assert.True(start.Code == 0, $"{start.Error}\n{(await stack.MigrateAsync(["report"], Stop)).Output}");
        var figures = JsonDocument.Parse(start.Output).RootElement;
        Assert.Equal(studies, figures.GetProperty("migrated").GetInt32());
        Assert.Equal(stack.Volume.Instances.Count(), figures.GetProperty("objects").GetInt32());
        Assert.True(figures.GetProperty("isOver").GetBoolean());

        var report = await stack.MigrateAsync(["report", "--format", "json"], Stop);
        Assert.True(report.Code == 0, report.Output);
        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);

        var again = await stack.MigrateAsync(["start", "--again", "--json"], Stop);
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(figures.GetRawText(), JsonDocument.Parse(again.Output).RootElement.GetRawText());
    }
}
