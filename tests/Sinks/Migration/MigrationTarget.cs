using System.Globalization;
using MedStreams.Sinks.Migration;
using MedStreams.Sinks.Tests.Conformance;
using MedStreams.Streams;
using MedStreams.Streams.Testing;

namespace MedStreams.Sinks.Tests.Migration;

/// <summary>The migration database as the kit's target: each record is an alert of one study.</summary>
internal sealed class MigrationTarget : SinkTarget<string, MigrationChange>
{
    private const string Study = "1.1";

    private readonly Scene _scene;
    private readonly int _port;
    private readonly int _proxyPort;
    private MigrationDatabase? _database; // all sinks share its connections: the kit opens many
    private CuttingProxy _proxy;

    private MigrationTarget(Scene scene, int port)
    {
        (_scene, _port) = (scene, port);
        _proxy = new CuttingProxy(port);
        _proxyPort = _proxy.Port;
    }

    public static async ValueTask<SinkTarget<string, MigrationChange>> CreateAsync(PostgresFixture postgres)
    {
        var scene = await Scene.OpenAsync(postgres);
        await scene.PendingAsync([Scene.Exam(Study)]);
        return new MigrationTarget(scene, postgres.Server.Port);
    }

    public override ISink<string, MigrationChange> OpenSink() => new MigrationSink(_database ??= MigrationDatabase.OpenAsync(
        Counts.Options(_scene.Raw.ConnectionString.Replace($"Port={_port}", $"Port={_proxyPort}", StringComparison.Ordinal)) with { ApplyMigrations = false },
        CancellationToken.None).GetAwaiter().GetResult());

    public override Record<string, MigrationChange> MakeRecord(int number) => Make(Study, number);

    public override Record<string, MigrationChange>? MakeRefusedRecord(int number) => Make("9.9", number);

    public override async ValueTask<IReadOnlyList<int>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await _scene.Raw.RowsAsync("SELECT text FROM pacs_migration.alert ORDER BY alert_id")).Select(static l => int.Parse(l, CultureInfo.InvariantCulture))];

    public override async ValueTask<IAsyncDisposable?> BeginOutageAsync(CancellationToken cancellationToken)
    {
        await _proxy.DisposeAsync();
        return new Outage(() =>
        {
            _proxy = new CuttingProxy(_port, _proxyPort);
            return ValueTask.CompletedTask;
        });
    }

    public override async ValueTask KillAsync(ISink<string, MigrationChange> sink, ISinkWriter<string, MigrationChange> writer)
    {
        await _scene.Raw.ExecuteAsync(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await base.KillAsync(sink, writer);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        await _scene.DisposeAsync();
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    private static Record<string, MigrationChange> Make(string study, int number) => new(
        study, new StudyAlert("test", "move", 1, 1, DateTimeOffset.UnixEpoch, number.ToString(CultureInfo.InvariantCulture)), 0);
}
