using System.Globalization;
using System.Text;
using MedStreams.Cli;
using MedStreams.Cli.Demo;
using MedStreams.Local;
using MedStreams.Support.Volume;

namespace MedStreams.EndToEnd.Tests.Migration;

/// <summary>An old PACS, the built-in archive, a database, a broker and two runners, each a process of its own that can be killed and comes again in its place.</summary>
internal sealed class KillableStack : IAsyncDisposable
{
    private static readonly string[] Runners = ["first", "second"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-migration-kills-");
    private readonly Dictionary<string, GuardedProcess> _runners = new(StringComparer.Ordinal);
    private PrivateOrthanc? _source;
    private PrivatePostgres? _database;
    private PrivateBroker? _broker;

    public GeneratedVolume Volume { get; private set; } = null!;

    /// <summary>The migration database, and the index of the archive.</summary>
    public PrivatePostgres Database => _database!;

    /// <summary>Whether both runners have come to their end.</summary>
    public bool AreRunnersDone => Runners.All(r => _runners.TryGetValue(r, out var process) && process is { HasExited: true, ExitCode: 0 });

    public static async Task<KillableStack> StartAsync(VolumeOptions volume, CancellationToken stop)
    {
        Assert.SkipUnless(PrivateOrthanc.FindProgram() is not null && PrivateOrthanc.HasDicomWebPlugin, "orthanc and orthanc-dicomweb are not installed");
        var stack = new KillableStack { Volume = GeneratedVolume.Of(volume) };
        try
        {
            stack._source = await PrivateOrthanc.StartAsync(Path.Combine(stack._folder.FullName, "old"), Options(null), stop);
            var loading = stack._source.LoadAsync(stack.Volume, stop);
            stack._database = await PrivatePostgres.StartAsync(cancellationToken: stop);
            stack._broker = await PrivateBroker.StartAsync(Path.Combine(stack._folder.FullName, "broker"), stop);
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

    /// <summary>Kills one of all and starts it again in its place.</summary>
    /// <param name="victim">Which, from 0.</param>
    /// <param name="random">Chooses where there is a choice.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>What it was.</returns>
    public async Task<string> KillAsync(int victim, Random random, CancellationToken stop)
    {
        switch (victim)
        {
            case 0 or 1:
                StartRunner(Runners[victim]);
                return Runners[victim];
            case 2:
                _broker!.Kill();
                await _broker.StartAgainAsync(stop);
                return "broker";
            case 3:
                await Database.KillAsync();
                await Database.StartAgainAsync(stop);
                return "database and target";
            case 4:
                Database.KillChild(random);
                return "a session of the database or target";
            default:
                _source!.Kill();
                _source = await PrivateOrthanc.StartAsync(_source.Folder, Options(_source), stop);
                return "source";
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

    /// <summary>The last words of everything, for a test that failed.</summary>
    public string Logs() => string.Join('\n', Runners.Select(LogFile).Where(File.Exists).Select(f => $"{f}:\n{string.Join('\n', File.ReadLines(f).TakeLast(25))}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var runner in _runners.Values)
            runner.Dispose();
        _broker?.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_source is not null)
            await _source.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void StartRunner(string name)
    {
        if (_runners.Remove(name, out var running))
            running.Dispose(); // which kills it with signal 9
        _runners[name] = SelfProcess.Start(["migrate", "start", "--state-dir", Path.Combine(_folder.FullName, name)], Settings(name), LogFile(name));
    }

    private string LogFile(string name) => Path.Combine(_folder.FullName, $"{name}.log");

    private Dictionary<string, string?> Settings(string name) => new(StringComparer.Ordinal)
    {
        ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = _broker!.BootstrapServers,
        ["MEDSTREAMS__POSTGRES__CONNECTIONSTRING"] = Database.ConnectionString,
        ["MEDSTREAMS__STREAMS__GROUPINSTANCEID"] = name,
        ["MEDSTREAMS__MIGRATION__SOURCE__KIND"] = "dicomweb",
        ["MEDSTREAMS__MIGRATION__SOURCE__URL"] = _source!.DicomWeb.ToString(),
        ["MEDSTREAMS__MIGRATION__SOURCE__NAME"] = "old",
        ["MEDSTREAMS__MIGRATION__TARGET__KIND"] = "archive",
        ["MEDSTREAMS__ARCHIVE__FOLDER"] = Path.Combine(_folder.FullName, "archive"),
        ["MEDSTREAMS__MIGRATION__FIRSTDAY"] = Volume.Options.FirstDay.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["MEDSTREAMS__MIGRATION__LASTDAY"] = Volume.Options.FirstDay.AddDays(Volume.Options.Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["MEDSTREAMS__MIGRATION__STEPDAYS"] = "7",
        ["MEDSTREAMS__MIGRATION__PARTITIONS"] = "2",
        ["MEDSTREAMS__MIGRATION__BACKOFF"] = "200 ms",
        ["MEDSTREAMS__MIGRATION__MAXBACKOFF"] = "2 s",
        ["MEDSTREAMS__MIGRATION__QUEUECAPACITY"] = "12",
        ["MEDSTREAMS__MIGRATION__SPOOLDIR"] = Path.Combine(_folder.FullName, "spool-" + name),
    };

    private static OrthancOptions Options(PrivateOrthanc? like) => new()
    {
        HasDicomWeb = true,
        DicomPort = like?.DicomPort,
        HttpPort = like?.HttpPort,
        Configuration = new Dictionary<string, object> { ["DefaultEncoding"] = "Utf8" },
    };
}
