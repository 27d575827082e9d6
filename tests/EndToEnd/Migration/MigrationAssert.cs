using System.Text.Json;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>What migrations come to.</summary>
internal static class MigrationAssert
{
    /// <summary>A start moves everything, and the report proves it.</summary>
    public static async Task MovesAllAsync(SharedMigration stack, int studies, int objects, CancellationToken stop)
    {
        var start = await stack.MigrateAsync(["start", "--json"], stop);
        var report = await stack.MigrateAsync(["report"], stop);
        Assert.True(start.Code == 0, $"{start.Error}\n{report.Output}");
        var figures = JsonDocument.Parse(start.Output).RootElement;
        Assert.True(figures.GetProperty("isFinished").GetBoolean());
        Assert.Equal(studies, figures.GetProperty("migrated").GetInt32());
        Assert.Equal(objects, figures.GetProperty("objects").GetInt32());
        Assert.True(report.Code == 0, report.Output);
    }
}
