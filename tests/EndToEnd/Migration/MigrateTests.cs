using System.Text.Json;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>Whole migrations from the command line, from one PACS to another.</summary>
public sealed class MigrateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_a_PACS_is_planned_moved_proven_and_compared_and_a_second_run_moves_nothing()
    {
        await using var stack = await MigrationStack.StartAsync(new VolumeOptions { Instances = 150, FilmBytes = 1 << 20 }, Stop);
        var plan = await stack.MigrateAsync(["plan"], Stop);
        Assert.True(plan.Code == 0, plan.Error);
        Assert.Contains($": {stack.Volume.Studies.Count} studies", plan.Error, StringComparison.Ordinal);

        await AssertMovesAllAsync(stack);
        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);

        var again = await stack.MigrateAsync(["start", "--again", "--json"], Stop);
        Assert.True(again.Code == 0, again.Error);
        var figures = JsonDocument.Parse(again.Output).RootElement;
        Assert.Equal(stack.Volume.Studies.Count, figures.GetProperty("migrated").GetInt32());
        var attempts = await stack.MigrateAsync(["status", "--study", stack.Volume.Studies[0].Exam.StudyInstanceUid, "--json"], Stop);
        Assert.Equal(1, JsonDocument.Parse(attempts.Output).RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("c-get")]
    [InlineData("c-move")]
    public async Task S3_7_S3_9_an_old_PACS_is_moved_into_the_archive_by_DICOM_messages(string retrieve)
    {
        await using var stack = await MigrationStack.StartAsync(new VolumeOptions { Instances = 80, FilmBytes = 1 << 20 }, Stop);
        stack.AskByDicom(retrieve);
        stack.StoreInArchive();
        await AssertMovesAllAsync(stack);
        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);
    }

    [Fact]
    public async Task S3_9_an_old_PACS_is_moved_into_a_new_one_by_DICOM_messages_that_answers_for_it()
    {
        await using var stack = await MigrationStack.StartAsync(new VolumeOptions { Instances = 80, FilmBytes = 1 << 20 }, Stop);
        stack.AskByDicom("c-get");
        stack.StoreByDicom();
        await AssertMovesAllAsync(stack);
    }

    [Fact]
    public async Task S3_7_S3_9_a_tree_of_files_is_moved_into_a_new_PACS()
    {
        await using var stack = await MigrationStack.StartAsync(new VolumeOptions { Instances = 80, FilmBytes = 1 << 20 }, Stop);
        await stack.ReadFolderAsync(Stop);
        await AssertMovesAllAsync(stack);
    }

    private static async Task AssertMovesAllAsync(MigrationStack stack)
    {
        var start = await stack.MigrateAsync(["start", "--json"], Stop);
        var report = await stack.MigrateAsync(["report"], Stop);
        Assert.True(start.Code == 0, $"{start.Error}\n{report.Output}");
        var figures = JsonDocument.Parse(start.Output).RootElement;
        Assert.True(figures.GetProperty("isFinished").GetBoolean());
        Assert.Equal(stack.Volume.Studies.Count, figures.GetProperty("migrated").GetInt32());
        Assert.Equal(stack.Volume.Instances.Count(), figures.GetProperty("objects").GetInt32());
        Assert.True(report.Code == 0, report.Output);
    }
}
