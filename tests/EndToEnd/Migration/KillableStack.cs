using System.Globalization;
using System.Text;
using MedStreams.Cli;
using MedStreams.Cli.Demo;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>
/// An old PACS, a new one, a database, a broker and two runners, each a process of its own that can be killed and comes again in its place. Towards an archive the old PACS speaks
/// DICOMweb; towards another PACS both speak DICOM messages.
/// </summary>
internal sealed class KillableStack : IAsyncDisposable
{
    private const string Prefix = "MEDSTREAMS__";
    private static readonly string[] Runners = ["first", "second"];

    // Each process has a title and a port of its own, where the new PACS reports what it holds.
    private readonly Dictionary<string, int> _ports = Runners.Append("here").ToDictionary(n => n, _ => LocalPorts.Next(), StringComparer.Ordinal);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-migration-kills-");
    private readonly Dictionary<string, GuardedProcess> _runners = new(StringComparer.Ordinal);
    private PrivateOrthanc? _source;
    private KillableTarget? _target;
    private PrivatePostgres? _database;
    private PrivateBroker? _broker;
    private bool _isByDicom;

    public GeneratedVolume Volume { get; private set; } = null!;

    public KillableTarget Target => _target!;

    /// <summary>What can be killed; the two forms begin with different ones.</summary>
    public IReadOnlyList<string> Victims => ["source", .. Target.Victims, .. _isByDicom ? (string[])["broker", "database", "runner"] : ["runner", "broker", "database"]];

    /// <summary>Whether both runners have come to their end.</summary>
    public bool AreRunnersDone => Runners.All(r => _runners.TryGetValue(r, out var process) && process is { HasExited: true, ExitCode: 0 });

    /// <summary>Starts all but the runners, and fills the old PACS.</summary>
    /// <param name="volume">What it holds.</param>
    /// <param name="isByDicom">Whether the new PACS is an Orthanc, and not the archive.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async Task<KillableStack> StartAsync(VolumeOptions volume, bool isByDicom, CancellationToken stop)
    {
        Assert.SkipUnless(PrivateOrthanc.FindProgram() is not null && PrivateOrthanc.HasDicomWebPlugin, "orthanc and orthanc-dicomweb are not installed");
        var stack = new KillableStack { Volume = GeneratedVolume.Of(volume), _isByDicom = isByDicom };
        try
        {
            stack._source = await PrivateOrthanc.StartAsync(stack.Path("old"), stack.Options(null), stop);
            var loading = stack._source.LoadAsync(stack.Volume, stop);
            stack._target = isByDicom
                ? await KillableOrthanc.StartAsync(stack.Path("new"), stack.Options(null), stop)
                : await KillableArchive.StartAsync(stack.Path("archive"), stack.Volume, stop);
            stack._database = await PrivatePostgres.StartAsync(cancellationToken: stop);
            stack._broker = await PrivateBroker.StartAsync(stack.Path("broker"), stop);
            Assert.Equal(stack.Volume.Instances.Count(), await loading);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the runners, or those of them that ended before their work was done.</summary>
    public void StartRunners()
    {
        foreach (var name in Runners.Where(n => !_runners.TryGetValue(n, out var process) || process is { HasExited: true, ExitCode: not 0 }))
            StartRunner(name);
    }

    /// <summary>Kills one of <see cref="Victims"/> with signal 9 and starts it again in its place.</summary>
    /// <param name="victim">Which.</param>
    /// <param name="random">Chooses where there is a choice.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task KillAsync(string victim, Random random, CancellationToken stop)
    {
        switch (victim)
        {
            case "source":
                _source!.Kill();
                _source = await PrivateOrthanc.StartAsync(_source.Folder, Options(_source), stop);
                break;
            case "runner":
                StartRunner(Runners[random.Next(Runners.Length)]);
                break;
            case "broker":
                _broker!.Kill();
                await _broker.StartAgainAsync(stop);
                break;
            case "database":
                await _database!.KillAsync();
                await _database.StartAgainAsync(stop);
                break;
            default:
                await Target.KillAsync(victim, random, stop);
                break;
        }
    }

    /// <summary>Runs <c>medstreams migrate ..</c> in this process.</summary>
    public async Task<CliAnswer> MigrateAsync(string[] arguments, CancellationToken stop)
    {
        using var output = new MemoryStream();
        var error = new StringWriter();
        var environment = new CliEnvironment
        {
            Input = Stream.Null,
            Output = output,
            Error = TextWriter.Synchronized(error),
            Variables = Settings("here").ToDictionary(s => s.Key, s => s.Value!, StringComparer.Ordinal),
            WorkingDirectory = _folder.FullName,
        };
        var code = await CommandLine.RunAsync(["migrate", .. arguments], environment, stop);
        return new CliAnswer(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>The last words of the runners, for a test that failed.</summary>
    public string Logs() => string.Join('\n', Runners.Select(LogFile).Where(File.Exists).Select(f => $"{f}:\n{string.Join('\n', File.ReadLines(f).TakeLast(25))}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var runner in _runners.Values)
            runner.Dispose();
        _broker?.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_target is not null)
            await _target.DisposeAsync();
        if (_source is not null)
            await _source.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void StartRunner(string name)
    {
        if (_runners.Remove(name, out var running))
            running.Dispose(); // which kills it with signal 9
        _runners[name] = SelfProcess.Start(["migrate", "start", "--state-dir", Path(name)], Settings(name), LogFile(name));
    }

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private string LogFile(string name) => Path($"{name}.log");

    private Dictionary<string, string?> Settings(string name)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["KAFKA__BOOTSTRAPSERVERS"] = _broker!.BootstrapServers,
            ["POSTGRES__CONNECTIONSTRING"] = _database!.ConnectionString,
            ["STREAMS__GROUPINSTANCEID"] = name,
            ["MIGRATION__SOURCE__KIND"] = _isByDicom ? "dicom" : "dicomweb",
            ["MIGRATION__SOURCE__NAME"] = "old",
            ["MIGRATION__TARGET__NAME"] = "new",
            ["MIGRATION__AETITLE"] = name.ToUpperInvariant(),
            ["MIGRATION__LISTEN"] = $"127.0.0.1:{_ports[name]}",
            ["MIGRATION__FIRSTDAY"] = Volume.Options.FirstDay.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["MIGRATION__LASTDAY"] = Volume.Options.FirstDay.AddDays(Volume.Options.Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["MIGRATION__STEPDAYS"] = "7",
            ["MIGRATION__PARTITIONS"] = "2",
            ["MIGRATION__BACKOFF"] = "200 ms",
            ["MIGRATION__MAXBACKOFF"] = "2 s",
            ["MIGRATION__QUEUECAPACITY"] = Volume.Studies.Count > 100 ? "12" : "3", // few, so that the end does not come at once after an outage
            ["MIGRATION__SPOOLDIR"] = Path("spool-" + name),
        };
        if (_isByDicom)
        {
            settings["MIGRATION__SOURCE__ADDRESS"] = $"127.0.0.1:{_source!.DicomPort}";
            settings["MIGRATION__SOURCE__AETITLE"] = PrivateOrthanc.AeTitle;
            settings["MIGRATION__SOURCE__ASSOCIATIONS"] = "2";
        }
        else
            settings["MIGRATION__SOURCE__URL"] = _source!.DicomWeb.ToString();

        foreach (var (key, value) in Target.Settings)
            settings[key] = value;
        return settings.ToDictionary(s => Prefix + s.Key, s => s.Value, StringComparer.Ordinal);
    }

    private OrthancOptions Options(PrivateOrthanc? like) => new()
    {
        HasDicomWeb = true,
        DicomPort = like?.DicomPort,
        HttpPort = like?.HttpPort,
        Configuration = new Dictionary<string, object>
        {
            ["DefaultEncoding"] = "Utf8",
            ["DicomThreadsCount"] = 16, // associations of both runners; the usual four make each wait for the others
            ["DicomModalities"] = _ports.ToDictionary(p => p.Key, object (p) => new object[] { p.Key.ToUpperInvariant(), "127.0.0.1", p.Value }),
        },
    };
}
