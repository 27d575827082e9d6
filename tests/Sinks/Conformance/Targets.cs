using System.Globalization;
using MedStreams.Streams;
using MedStreams.Streams.Testing;

namespace MedStreams.Sinks.Tests.Conformance;

/// <summary>The sink in memory.</summary>
internal sealed class MemoryTarget : SinkTarget<string, string>
{
    private readonly InMemorySink<string, string> _sink = new(static r => r.Value.StartsWith('!') ? "an exclamation mark" : null);

    public override ISink<string, string> OpenSink() => _sink;

    public override Record<string, string> MakeRecord(int number) => new("", $"{number}", 0);

    public override Record<string, string>? MakeRefusedRecord(int number) => new("", $"!{number}", 0);

    public override ValueTask<IReadOnlyList<int>> ReadAsync(CancellationToken cancellationToken) =>
        new([.. _sink.Records.Select(static r => int.Parse(r.Value, CultureInfo.InvariantCulture))]);
}

/// <summary>Files in a folder, which can be moved away.</summary>
internal sealed class FileTarget : SinkTarget<string, string>
{
    private readonly string _root = Directory.CreateTempSubdirectory("medstreams-files-").FullName;

    public FileTarget() => Directory.CreateDirectory(Folder);

    private string Folder => Path.Combine(_root, "here");

    public override ISink<string, string> OpenSink() => new FileSink<string, string>(Folder, static r => r.Value);

    public override Record<string, string> MakeRecord(int number) => new("", $"{number}", 0);

    public override Record<string, string>? MakeRefusedRecord(int number) => new("", $"{number}\n", 0);

    public override ValueTask<IReadOnlyList<int>> ReadAsync(CancellationToken cancellationToken) =>
        new([.. FileSink<string, string>.ReadLines(Folder).Select(static l => int.Parse(l, CultureInfo.InvariantCulture))]);

    public override ValueTask<IAsyncDisposable?> BeginOutageAsync(CancellationToken cancellationToken)
    {
        Directory.Move(Folder, Folder + "-away");
        return new(new Outage(() =>
        {
            Directory.Move(Folder + "-away", Folder);
            return ValueTask.CompletedTask;
        }));
    }

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return base.DisposeAsync();
    }
}

/// <summary>A table of PostgreSQL behind a proxy, which can be taken away.</summary>
internal sealed class PostgresTarget : SinkTarget<string, string>
{
    private readonly TestDatabase _database;
    private readonly int _port;
    private readonly int _proxyPort;
    private CuttingProxy _proxy;

    private PostgresTarget(TestDatabase database, int port)
    {
        (_database, _port) = (database, port);
        _proxy = new CuttingProxy(port);
        _proxyPort = _proxy.Port;
    }

    public static async ValueTask<SinkTarget<string, string>> CreateAsync(PostgresFixture postgres)
    {
        var database = await postgres.DatabaseAsync();
        await database.ExecuteAsync(Counts.CreateLog);
        return new PostgresTarget(database, postgres.Server.Port);
    }

    public override ISink<string, string> OpenSink() => new PostgresSink<string, string>(
        Counts.Options(_database.ConnectionString.Replace($"Port={_port}", $"Port={_proxyPort}", StringComparison.Ordinal)), Counts.Log);

    public override Record<string, string> MakeRecord(int number) => new("", $"{number}", 0);

    public override Record<string, string>? MakeRefusedRecord(int number) => new("", $"{number}\0", 0);

    public override async ValueTask<IReadOnlyList<int>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await _database.RowsAsync("SELECT text FROM log")).Select(static l => int.Parse(l, CultureInfo.InvariantCulture))];

    public override async ValueTask<IAsyncDisposable?> BeginOutageAsync(CancellationToken cancellationToken)
    {
        await _proxy.DisposeAsync();
        return new Outage(() =>
        {
            _proxy = new CuttingProxy(_port, _proxyPort);
            return ValueTask.CompletedTask;
        });
    }

    public override async ValueTask KillAsync(ISink<string, string> sink, ISinkWriter<string, string> writer)
    {
        await _database.ExecuteAsync(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await base.KillAsync(sink, writer);
    }

    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Ends an outage.</summary>
internal sealed class Outage(Func<ValueTask> end) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => end();
}
