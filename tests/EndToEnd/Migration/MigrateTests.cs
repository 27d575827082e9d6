using System.Text.Json;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>Whole migrations from the command line, from one PACS to another.</summary>
[Collection(MigrationCollection.Name)]
public sealed class MigrateTests(MigrationServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_a_PACS_is_planned_moved_proven_and_compared_and_a_second_run_moves_nothing()
    {
        await using var stack = new SharedMigration(servers);
        await stack.AskByWebAsync(Stop);
        await stack.StoreByWebAsync(Stop);
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
        await using var stack = new SharedMigration(servers);
        await stack.AskByDicomAsync(retrieve, Stop);
        await stack.StoreInArchiveAsync(Stop);
        await AssertMovesAllAsync(stack);
        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);
    }

    [Fact]
    public async Task S3_9_an_old_PACS_is_moved_into_a_new_one_by_DICOM_messages_that_answers_for_it()
    {
        await using var stack = new SharedMigration(servers);
        await stack.AskByDicomAsync("c-get", Stop);
        await stack.StoreByDicomAsync(Stop);
        await AssertMovesAllAsync(stack);
    }

    [Fact]
    public async Task S3_7_S3_9_a_tree_of_files_is_moved_into_a_new_PACS()
    {
        await using var stack = new SharedMigration(servers);
        await stack.ReadFolderAsync(Stop);
        await stack.StoreByWebAsync(Stop);
        await AssertMovesAllAsync(stack);
    }

    [Fact]
    public async Task S3_9_attributes_are_changed_by_rules_on_the_way_and_the_originals_are_kept()
    {
        const string Rules =
            """
            { "modifiedAt": "2026-01-31T00:00:00+08:00", "modifyingSystem": "MIGRATION", "source": "OLD", "rules": [
              { "prefix": "0010,0020", "with": "OLD-" }, { "set": "0010,0021", "to": "NEW" }, { "map": "0008,0050", "table": { "A00000000": "B1" }, "otherwise": "keep" } ] }
            """;
        await using var stack = new SharedMigration(servers);
        await stack.AskByDicomAsync("c-get", Stop);
        await stack.StoreByWebAsync(Stop);
        stack["MIGRATION__TAGRULES"] = "rules.json";
        await File.WriteAllTextAsync(stack.At("rules.json"), Rules, Stop);

        await AssertMovesAllAsync(stack);

        var diff = await stack.MigrateAsync(["diff", "--level", "digests"], Stop);
        Assert.True(diff.Code == 0, diff.Output + diff.Error);
        var held = await servers.AttributesOfTargetAsync(Stop);
        Assert.Equal(stack.Volume.Instances.Count(), held.Count);
        foreach (var instance in stack.Volume.Instances)
        {
            var now = held[instance.Uid];
            var before = now.GetProperty("OriginalAttributesSequence")[0].GetProperty("ModifiedAttributesSequence")[0];
            Assert.Equal("OLD-" + instance.Exam.PatientId, now.GetProperty("PatientID").GetString());
            Assert.Equal(("NEW", instance.Exam.PatientId, "HOSPITAL"), (now.GetProperty("IssuerOfPatientID").GetString(), before.GetProperty("PatientID").GetString(), before.GetProperty("IssuerOfPatientID").GetString()));
            Assert.Equal(instance.Exam.AccessionNumber == "A00000000" ? "B1" : instance.Exam.AccessionNumber, now.GetProperty("AccessionNumber").GetString());
        }
    }

    private static Task AssertMovesAllAsync(SharedMigration stack) =>
        MigrationAssert.MovesAllAsync(stack, stack.Volume.Studies.Count, stack.Volume.Instances.Count(), Stop);
}
