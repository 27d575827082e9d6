using System.Text;
using MedStreams.Cli;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>An old PACS full of studies, a new and empty one, a broker and a database; and the command line between them.</summary>
internal sealed class MigrationStack : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-migrate-");
    private PrivateOrthanc? _source;
    private PrivateOrthanc? _target;
    private PrivatePostgres? _database;
    private EndToEndBroker? _broker;

    public GeneratedVolume Volume { get; private set; } = null!;

    public PrivateOrthanc Source => _source!;

    public PrivateOrthanc Target => _target!;

    public PrivatePostgres Database => _database!;

    public EndToEndBroker Broker => _broker!;

    public string Folder => _folder.FullName;

    public static async Task<MigrationStack> StartAsync(VolumeOptions volume, CancellationToken stop)
    {
        Assert.SkipUnless(PrivateOrthanc.FindProgram() is not null && PrivateOrthanc.HasDicomWebPlugin, "orthanc and orthanc-dicomweb are not installed");
        var stack = new MigrationStack { Volume = GeneratedVolume.Of(volume) };
        try
        {
            stack._source = await OrthancAsync(stop);
            stack._target = await OrthancAsync(stop);
            stack._database = await PrivatePostgres.StartAsync(cancellationToken: stop);
            stack._broker = await EndToEndBroker.StartAsync(Path.Combine(stack.Folder, "broker"), "migration.", stop);
            await stack.Source.LoadAsync(stack.Volume, stop);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs <c>medstreams migrate ..</c> in this process.</summary>
    /// <returns>Exit code, standard output and standard error.</returns>
    public async Task<CliAnswer> MigrateAsync(string[] arguments, CancellationToken stop)
    {
        using var output = new MemoryStream();
        var error = new StringWriter();
        var environment = new CliEnvironment
        {
            Input = Stream.Null,
            Output = output,
            Error = TextWriter.Synchronized(error),
            Variables = new Dictionary<string, string>(Settings(), StringComparer.Ordinal),
            WorkingDirectory = Folder,
        };
        var code = await CommandLine.RunAsync(["migrate", .. arguments], environment, stop);
        return new CliAnswer(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>The settings, as variables.</summary>
    public Dictionary<string, string> Settings() => new(StringComparer.Ordinal)
    {
        ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = Broker.BootstrapServers,
        ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = Database.ConnectionString,
        ["MEDSTREAMS__MIGRATION__SOURCE__KIND"] = "dicomweb",
        ["MEDSTREAMS__MIGRATION__SOURCE__URL"] = Source.DicomWeb.ToString(),
        ["MEDSTREAMS__MIGRATION__SOURCE__NAME"] = "old",
        ["MEDSTREAMS__MIGRATION__TARGET__KIND"] = "dicomweb",
        ["MEDSTREAMS__MIGRATION__TARGET__URL"] = Target.DicomWeb.ToString(),
        ["MEDSTREAMS__MIGRATION__TARGET__NAME"] = "new",
        ["MEDSTREAMS__MIGRATION__FIRSTDAY"] = "2019-12-01",
        ["MEDSTREAMS__MIGRATION__LASTDAY"] = "2020-03-01",
        ["MEDSTREAMS__MIGRATION__STEPDAYS"] = "7",
        ["MEDSTREAMS__MIGRATION__PARTITIONS"] = "2",
        ["MEDSTREAMS__MIGRATION__BACKOFF"] = "1 s",
    };

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

    private static Task<PrivateOrthanc> OrthancAsync(CancellationToken stop) => PrivateOrthanc.StartAsync(
        options: new OrthancOptions
        {
            HasDicomWeb = true,
            Configuration = new Dictionary<string, object> { ["DefaultEncoding"] = "Utf8" },
        },
        cancellationToken: stop);
}

/// <summary>What a verb answered.</summary>
internal sealed record CliAnswer(int Code, string Output, string Error);
