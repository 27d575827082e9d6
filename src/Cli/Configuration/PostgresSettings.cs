using MedStreams.Cli.Running;
using MedStreams.Sinks;

namespace MedStreams.Cli.Configuration;

/// <summary>How the topologies reach their PostgreSQL; the meanings are those of <see cref="PostgresSinkOptions"/>.</summary>
internal static class PostgresSettings
{
    public static Setting<string> ConnectionString { get; } =
        new("Postgres:ConnectionString", "Where results are written, as Npgsql takes it: Host=..;Database=..;Username=..;Password=..",
            Rules.Text, null)
        {
            Secret = true,
            Option = "dotnet user-secrets --id medstreams set MedStreams:Postgres:ConnectionString ..",
        };

    public static Setting<bool> ApplyMigrations { get; } =
        new("Postgres:ApplyMigrations", "false: the role may not create tables, and a person applies the migrations", Rules.Switch, "true");

    public static Setting<int> MaxConnections { get; } =
        new("Postgres:MaxConnections", "Most connections; one for each stream thread is needed", Rules.Integer(1, 10_000), "20");

    public static Setting<TimeSpan> StatementTimeout { get; } =
        new("Postgres:StatementTimeout", "Time for one statement", Rules.Duration(TimeSpan.FromSeconds(1)), "15 s");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } = [ConnectionString, ApplyMigrations, MaxConnections, StatementTimeout];

    /// <summary>The options of a topology's sink; what is only described needs no connection string.</summary>
    /// <param name="setting">What the topology is made from.</param>
    /// <param name="scope">The scope of its table's migrations.</param>
    /// <exception cref="CliException">No connection string is set.</exception>
    public static PostgresSinkOptions ToOptions(TopologySetting setting, string scope)
    {
        var describedOnly = setting.ForDescription && !setting.Settings.Find(ConnectionString, out _);
        var options = describedOnly ? new PostgresSinkOptions { ConnectionString = "Host=localhost" } : ToOptions(setting.Settings);
        return options with { Migrations = PostgresMigration.BuiltIn(scope) };
    }

    /// <summary>The sink's options.</summary>
    /// <exception cref="CliException">No connection string is set.</exception>
    public static PostgresSinkOptions ToOptions(EffectiveSettings settings) => new()
    {
        ConnectionString = settings.Require(ConnectionString),
        ApplyMigrations = settings.Get(ApplyMigrations),
        MaxConnections = settings.Get(MaxConnections),
        StatementTimeout = settings.Get(StatementTimeout),
    };
}
