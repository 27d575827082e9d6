using System.Globalization;
using System.Text;
using MedStreams.Cli;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>A run of its own over shared servers, with the command line between them. Until it is told otherwise, from a tree of files into an archive.</summary>
internal sealed class SharedMigration : IAsyncDisposable
{
    private readonly MigrationServers _servers;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-migrate-");
    private readonly Dictionary<string, string> _settings;
    private readonly int _number;

    public SharedMigration(MigrationServers servers)
    {
        (_servers, _number) = (servers, servers.NextRun());
        _settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KAFKA__BOOTSTRAPSERVERS"] = servers.Broker.BootstrapServers,
            ["POSTGRES__CONNECTIONSTRING"] = servers.Database.ConnectionString,
            ["MIGRATION__RUN"] = Run,
            ["MIGRATION__SOURCE__NAME"] = "old",
            ["MIGRATION__TARGET__NAME"] = $"new {_number}",
            ["MIGRATION__AETITLE"] = MigrationServers.AeTitle,
            ["MIGRATION__LISTEN"] = $"127.0.0.1:{servers.Port}",
            ["MIGRATION__SPOOLDIR"] = At("spool"),
            ["MIGRATION__INDEXDIR"] = At("index"),
            ["MIGRATION__FIRSTDAY"] = "2019-12-01",
            ["MIGRATION__LASTDAY"] = "2020-03-01",
            ["MIGRATION__STEPDAYS"] = "7",
            ["MIGRATION__PARTITIONS"] = "2",
            ["MIGRATION__BACKOFF"] = "200 ms",
        };
    }

    /// <summary>What the run is called.</summary>
    public string Run => string.Create(CultureInfo.InvariantCulture, $"run-{_number}");

    public GeneratedVolume Volume => _servers.Volume;

    public string Folder => _folder.FullName;

    /// <summary>A setting, by its variable without <c>MEDSTREAMS__</c>; or a variable of its own, which begins with an underscore.</summary>
    public string this[string key]
    {
        get => _settings[key];
        set => _settings[key] = value;
    }

    /// <summary>Where something of the test's own lies.</summary>
    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Runs <c>medstreams ..</c> in this process.</summary>
    /// <returns>Exit code, standard output and standard error.</returns>
    public async Task<CliAnswer> CallAsync(string[] arguments, CancellationToken stop)
    {
        using var output = new MemoryStream();
        var error = new StringWriter();
        var environment = new CliEnvironment
        {
            Input = Stream.Null,
            Output = output,
            Error = TextWriter.Synchronized(error),
            Variables = Variables().ToDictionary(v => v.Key, v => v.Value!, StringComparer.Ordinal),
            WorkingDirectory = Folder,
        };
        var code = await CommandLine.RunAsync(arguments, environment, stop);
        return new CliAnswer(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Runs <c>medstreams migrate ..</c> in this process.</summary>
    public Task<CliAnswer> MigrateAsync(string[] arguments, CancellationToken stop) => CallAsync(["migrate", .. arguments], stop);

    /// <summary>Starts <c>medstreams migrate ..</c> as a process of its own, which an interrupt reaches: a shell's background processes begin with that ignored.</summary>
    /// <param name="name">What it is called: its log and its state have that name.</param>
    /// <param name="arguments">The verb and what belongs to it.</param>
    public GuardedProcess Start(string name, params string[] arguments) => GuardedProcess.Start(
        new GuardedProcessStart("env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "medstreams"), "migrate", .. arguments, "--state-dir", At(name)])
        {
            Environment = Variables(),
            LogFile = LogOf(name),
        });

    /// <summary>What a process has said.</summary>
    public string LogOf(string name) => At($"{name}.log");

    /// <summary>The old PACS by DICOMweb.</summary>
    public async Task AskByWebAsync(CancellationToken stop)
    {
        this["MIGRATION__SOURCE__KIND"] = "dicomweb";
        this["MIGRATION__SOURCE__URL"] = (await _servers.SourceAsync(stop)).DicomWeb.ToString();
    }

    /// <summary>The old PACS by DICOM messages, with C-GET or C-MOVE.</summary>
    public async Task AskByDicomAsync(string retrieve, CancellationToken stop)
    {
        this["MIGRATION__SOURCE__KIND"] = "dicom";
        this["MIGRATION__SOURCE__ADDRESS"] = $"127.0.0.1:{(await _servers.SourceAsync(stop)).DicomPort}";
        this["MIGRATION__SOURCE__AETITLE"] = PrivateOrthanc.AeTitle;
        this["MIGRATION__RETRIEVE"] = retrieve;
    }

    /// <summary>A tree of the volume's files instead of the old PACS.</summary>
    public async Task ReadFolderAsync(CancellationToken stop)
    {
        this["MIGRATION__SOURCE__KIND"] = "folder";
        this["MIGRATION__SOURCE__FOLDER"] = At("tree");
        await Volume.WriteAsync(At("tree"), withExtras: false, stop);
    }

    /// <summary>The new PACS by DICOMweb.</summary>
    public async Task StoreByWebAsync(CancellationToken stop)
    {
        this["MIGRATION__TARGET__KIND"] = "dicomweb";
        this["MIGRATION__TARGET__URL"] = (await _servers.TargetAsync(stop)).DicomWeb.ToString();
    }

    /// <summary>The new PACS by DICOM messages.</summary>
    public async Task StoreByDicomAsync(CancellationToken stop)
    {
        this["MIGRATION__TARGET__KIND"] = "dicom";
        this["MIGRATION__TARGET__ADDRESS"] = $"127.0.0.1:{(await _servers.TargetAsync(stop)).DicomPort}";
        this["MIGRATION__TARGET__AETITLE"] = PrivateOrthanc.AeTitle;
        this["MIGRATION__COMMITMENT"] = "required";
    }

    /// <summary>The built-in archive instead of the new PACS, with an index of its own.</summary>
    /// <returns>Its folder.</returns>
    public async Task<string> StoreInArchiveAsync(CancellationToken stop)
    {
        this["MIGRATION__TARGET__KIND"] = "archive";
        this["ARCHIVE__NAME"] = $"archive {_number}";
        this["ARCHIVE__FOLDER"] = At("archive");
        this["ARCHIVE__CONNECTIONSTRING"] = await _servers.NewDatabaseAsync($"archive_{_number}", stop);
        return At("archive");
    }

    /// <summary>A database beside the migration's.</summary>
    public Task<string> NewDatabaseAsync(string name, CancellationToken stop) => _servers.NewDatabaseAsync($"{name}_{_number}", stop);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private Dictionary<string, string?> Variables() =>
        _settings.ToDictionary(s => s.Key.StartsWith('_') ? s.Key[1..] : "MEDSTREAMS__" + s.Key, string? (s) => s.Value, StringComparer.Ordinal);
}
