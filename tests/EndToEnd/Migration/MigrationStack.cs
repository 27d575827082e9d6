using System.Text;
using MedStreams.Cli;
using MedStreams.Local;
using MedStreams.Support.Peers;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>An old PACS full of studies, a new and empty one, a broker and a database; and the command line between them.</summary>
internal sealed class MigrationStack : IAsyncDisposable
{
    /// <summary>Our title.</summary>
    public const string AeTitle = "MIGRATION";


    private readonly int _port = LocalPorts.Next();
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

    /// <summary>Settings that differ from DICOMweb on both sides.</summary>
    public Dictionary<string, string> Different { get; } = new(StringComparer.Ordinal);

    /// <summary>Where PACS send to us.</summary>
    public int OurPort => _port;

    /// <summary>Starts all, and fills the old PACS.</summary>
    /// <param name="volume">What it holds.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <param name="source">How the old PACS differs from what is usual, by Orthanc's own names.</param>
    public static async Task<MigrationStack> StartAsync(VolumeOptions volume, CancellationToken stop, params (string Name, object Value)[] source)
    {
        Assert.SkipUnless(PrivateOrthanc.FindProgram() is not null && PrivateOrthanc.HasDicomWebPlugin, "orthanc and orthanc-dicomweb are not installed");
        var stack = new MigrationStack { Volume = GeneratedVolume.Of(volume) };
        try
        {
            stack._source = await OrthancAsync(stack._port, Path.Combine(stack.Folder, "old"), stop, source);
            stack._target = await OrthancAsync(stack._port, null, stop);
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
    public Dictionary<string, string> Settings()
    {
        var settings = Web();
        foreach (var (key, value) in Different)
            settings["MEDSTREAMS__" + key] = value;
        return settings;
    }

    /// <summary>The old PACS by DICOM messages, with C-GET or C-MOVE.</summary>
    public void AskByDicom(string retrieve)
    {
        Different["MIGRATION__SOURCE__KIND"] = "dicom";
        Different["MIGRATION__SOURCE__ADDRESS"] = $"127.0.0.1:{Source.DicomPort}";
        Different["MIGRATION__SOURCE__AETITLE"] = PrivateOrthanc.AeTitle;
        Different["MIGRATION__RETRIEVE"] = retrieve;
        Different["MIGRATION__AETITLE"] = AeTitle;
        Different["MIGRATION__LISTEN"] = $"127.0.0.1:{_port}";
    }

    /// <summary>Another old PACS by DICOM messages, with C-GET or C-MOVE.</summary>
    public void AskByDicom(Dcmqrscp pacs, string retrieve)
    {
        AskByDicom(retrieve);
        Different["MIGRATION__SOURCE__ADDRESS"] = $"127.0.0.1:{pacs.Port}";
        Different["MIGRATION__SOURCE__AETITLE"] = Dcmqrscp.AeTitle;
    }

    /// <summary>Starts the old PACS again, as it is usual.</summary>
    public async Task RestartSourceAsync(CancellationToken stop)
    {
        await Source.StopAsync();
        _source = await OrthancAsync(_port, Source.Folder, stop, like: Source);
    }

    /// <summary>The new PACS by DICOM messages.</summary>
    public void StoreByDicom()
    {
        Different["MIGRATION__TARGET__KIND"] = "dicom";
        Different["MIGRATION__TARGET__ADDRESS"] = $"127.0.0.1:{Target.DicomPort}";
        Different["MIGRATION__TARGET__AETITLE"] = PrivateOrthanc.AeTitle;
        Different["MIGRATION__COMMITMENT"] = "required";
        Different["MIGRATION__AETITLE"] = AeTitle;
        Different["MIGRATION__LISTEN"] = $"127.0.0.1:{_port}";
    }

    /// <summary>The built-in archive instead of the new PACS.</summary>
    public string StoreInArchive()
    {
        Different["MIGRATION__TARGET__KIND"] = "archive";
        Different["ARCHIVE__FOLDER"] = "archive";
        Different["ARCHIVE__COMPRESSION"] = "zlib";
        return Path.Combine(Folder, "archive");
    }

    /// <summary>A tree of the volume's files instead of the old PACS.</summary>
    public async Task ReadFolderAsync(CancellationToken stop)
    {
        var folder = Path.Combine(Folder, "tree");
        foreach (var (instance, at) in Volume.Instances.Select((instance, at) => (instance, at)))
        {
            var path = Path.Combine(folder, $"{at % 7}", $"{at}.dcm");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, instance.ToFile(), stop);
        }

        Different["MIGRATION__SOURCE__KIND"] = "folder";
        Different["MIGRATION__SOURCE__FOLDER"] = folder;
    }

    private Dictionary<string, string> Web() => new(StringComparer.Ordinal)
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

    private static Task<PrivateOrthanc> OrthancAsync(
        int ourPort, string? folder, CancellationToken stop, (string Name, object Value)[]? more = null, PrivateOrthanc? like = null)
    {
        var configuration = new Dictionary<string, object>
        {
            ["DefaultEncoding"] = "Utf8",
            ["DicomModalities"] = new Dictionary<string, object> { ["us"] = new object[] { AeTitle, "127.0.0.1", ourPort } },
        };
        foreach (var (name, value) in more ?? [])
            configuration[name] = value;
        var options = new OrthancOptions { HasDicomWeb = true, DicomPort = like?.DicomPort, HttpPort = like?.HttpPort, Configuration = configuration };
        return PrivateOrthanc.StartAsync(folder, options, stop);
    }
}

/// <summary>What a verb answered.</summary>
internal sealed record CliAnswer(int Code, string Output, string Error);
