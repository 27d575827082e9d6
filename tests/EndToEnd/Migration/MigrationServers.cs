using System.Globalization;
using System.Text.Json;
using MedStreams.Local;
using MedStreams.Support.Volume;
using Npgsql;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>
/// What the tests of migrations share: a database and a broker, an old PACS full of studies and a new one that each test finds empty. Each test has a run of its own. PACS start when
/// they are first asked for.
/// </summary>
public sealed class MigrationServers : IAsyncLifetime
{
    internal const string AeTitle = "MIGRATION";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-migrate-servers-");
    private PrivateOrthanc? _source;
    private PrivateOrthanc? _target;
    private PrivatePostgres? _database;
    private EndToEndBroker? _broker;
    private int _runs;

    internal GeneratedVolume Volume { get; } = GeneratedVolume.Of(new VolumeOptions { Instances = 150, FilmBytes = 1 << 20 });

    /// <summary>Where PACS send to us.</summary>
    internal int Port { get; } = LocalPorts.Next();

    internal PrivatePostgres Database => _database!;

    internal EndToEndBroker Broker => _broker!;

    public async ValueTask InitializeAsync()
    {
        var database = PrivatePostgres.StartAsync();
        _broker = await EndToEndBroker.StartAsync(Path.Combine(_folder.FullName, "broker"), "migration.", CancellationToken.None);
        _database = await database;
    }

    /// <summary>A number that no other test has.</summary>
    internal int NextRun() => Interlocked.Increment(ref _runs);

    /// <summary>An old PACS that holds the volume.</summary>
    internal async Task<PrivateOrthanc> SourceAsync(CancellationToken stop)
    {
        if (_source is null)
        {
            _source = await OrthancAsync(stop);
            await _source.LoadAsync(Volume, stop);
        }

        return _source;
    }

    /// <summary>A new PACS that holds nothing.</summary>
    internal async Task<PrivateOrthanc> TargetAsync(CancellationToken stop)
    {
        _target ??= await OrthancAsync(stop);
        using var http = Rest(_target);
        foreach (var patient in JsonSerializer.Deserialize<string[]>(await http.GetStringAsync("patients", stop))!)
            (await http.DeleteAsync($"patients/{patient}", stop)).EnsureSuccessStatusCode();
        return _target;
    }

    /// <summary>What the new PACS has, by SOP Instance UID: attributes by keyword, as it reads them.</summary>
    internal async Task<Dictionary<string, JsonElement>> AttributesOfTargetAsync(CancellationToken stop)
    {
        using var http = Rest(_target!);
        var attributes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var instance in JsonSerializer.Deserialize<string[]>(await http.GetStringAsync("instances", stop))!)
        {
            var read = JsonDocument.Parse(await http.GetStringAsync($"instances/{instance}/simplified-tags", stop)).RootElement;
            attributes.Add(read.GetProperty("SOPInstanceUID").GetString()!, read);
        }

        return attributes;
    }

    /// <summary>A database of its own for something beside the migration.</summary>
    /// <returns>How to connect to it.</returns>
    internal async Task<string> NewDatabaseAsync(string name, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(stop);
        await using var command = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"CREATE DATABASE {name}"), connection);
        await command.ExecuteNonQueryAsync(stop);
        return new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_target is not null)
            await _target.DisposeAsync();
        if (_source is not null)
            await _source.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static HttpClient Rest(PrivateOrthanc of) => new() { BaseAddress = new Uri($"http://127.0.0.1:{of.HttpPort}/") };

    private Task<PrivateOrthanc> OrthancAsync(CancellationToken stop)
    {
        Assert.SkipUnless(PrivateOrthanc.FindProgram() is not null && PrivateOrthanc.HasDicomWebPlugin, "orthanc and orthanc-dicomweb are not installed");
        var configuration = new Dictionary<string, object>
        {
            ["DefaultEncoding"] = "Utf8",
            ["DicomModalities"] = new Dictionary<string, object> { ["us"] = new object[] { AeTitle, "127.0.0.1", Port } },
        };
        return PrivateOrthanc.StartAsync(options: new OrthancOptions { HasDicomWeb = true, Configuration = configuration }, cancellationToken: stop);
    }
}

/// <summary>Tests of migrations that share servers, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class MigrationCollection : ICollectionFixture<MigrationServers>
{
    public const string Name = "migrations";
}
