using MedStreams.Monitoring.Page;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Running.Migration.Page;

/// <summary>The runs of a migration database by department.</summary>
internal sealed class MigrationTable(MigrationDatabase database) : IPageReport
{
    public string Name => "migration";

    public string Title => "Migrations";

    public async ValueTask<PageTable> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<object?>>();
        var reader = new RunReader(database);
        foreach (var run in await new MigrationRuns(database).ListAsync(cancellationToken))
        {
            if (await reader.StatusAsync(run.Name, MigrationRunner.RateOver, cancellationToken) is not { } status)
                continue;
            rows.AddRange(status.Departments.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => Row(run.Name, d.Key, d.Value)));
            rows.Add(Row(run.Name, "all", status.Studies));
        }

        return new PageTable(
            ["run", "department", "studies", "pending", "running", "migrated", "skipped", "failed", "objects expected", "objects moved", "bytes moved"], rows);
    }

    private static IReadOnlyList<object?> Row(string run, string department, StudyCounts counts) =>
    [
        run, department, counts.Total, counts.Unknown + counts.Pending, counts.Running, counts.Migrated, counts.Skipped, counts.Failed, counts.ExpectedObjects,
        counts.MovedObjects, counts.MovedBytes,
    ];
}
