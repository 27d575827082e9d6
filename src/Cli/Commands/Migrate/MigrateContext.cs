using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Sinks.Migration;
using MedStreams.Streams;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary>What the verbs share: the database and the run.</summary>
internal static class MigrateContext
{
    /// <summary>Opens the migration database.</summary>
    /// <exception cref="CliException">It is not set, or does not answer.</exception>
    public static async Task<MigrationDatabase> OpenAsync(this CommandContext context, CancellationToken stop)
    {
        try
        {
            return await MigrationDatabase.OpenAsync(PostgresSettings.ToOptions(context.Settings), stop);
        }
        catch (StreamsException e)
        {
            throw CliException.Failed($"{e.Message} (MedStreams:Postgres:ConnectionString)", e);
        }
    }

    /// <summary>The run that the settings name.</summary>
    /// <exception cref="CliException">The database has none of that name.</exception>
    public static async Task<MigrationRun> RunAsync(this CommandContext context, MigrationDatabase database, CancellationToken stop)
    {
        var runs = new MigrationRuns(database);
        var name = context.Settings.Get(MigrationSettings.Run);
        if (await runs.FindAsync(name, stop) is { } run)
            return run;
        var others = await runs.ListAsync(stop);
        throw CliException.Failed(others.Count == 0
            ? $"there is no run {name}, nor any other: start one with 'medstreams migrate start'"
            : $"there is no run {name}; there are: {string.Join(", ", others.Select(r => r.Name))} (--run NAME)");
    }

    /// <summary>What the settings want to be moved.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="pacs">The PACS.</param>
    /// <param name="known">The run as it was started before; null: it was not.</param>
    public static MigrationRunOptions RunOptions(this CommandContext context, PacsParts pacs, MigrationRun? known)
    {
        var settings = context.Settings;
        var today = DateOnly.FromDateTime(context.Environment.Clock.GetUtcNow().UtcDateTime);
        return new MigrationRunOptions
        {
            Name = settings.Get(MigrationSettings.Run),
            Source = pacs.Source.Exams.Name,
            Target = pacs.Target.Target.Name,
            FirstDay = settings.Find(MigrationSettings.FirstDay, out var first) ? first
                : known?.Options.FirstDay ?? settings.Require(MigrationSettings.FirstDay),
            LastDay = settings.Find(MigrationSettings.LastDay, out var last) ? last : known?.Options.LastDay ?? today,
            StepDays = settings.Get(MigrationSettings.StepDays),
            PageSize = settings.Get(MigrationSettings.PageSize),
            Undated = settings.Get(MigrationSettings.Undated),
            Reconcile = settings.Get(MigrationSettings.Reconcile),
            Order = settings.Get(MigrationSettings.Order),
            Capacity = settings.Get(MigrationSettings.QueueCapacity),
        };
    }

    /// <summary>Old and new PACS of the settings.</summary>
    public static Task<PacsParts> PacsAsync(this CommandContext context) => MigrationParts.CreateAsync(context.Settings, context.Environment);
}
