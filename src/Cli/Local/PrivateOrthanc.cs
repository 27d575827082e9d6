using System.Diagnostics;
using System.Text.Json;

namespace MedStreams.Local;

/// <summary>How a private Orthanc differs from the plain one.</summary>
internal sealed record OrthancOptions
{
    /// <summary>The DICOM port; null: a free one. Name it to start a server again where it was.</summary>
    public int? DicomPort { get; init; }

    /// <summary>The HTTP port; null: a free one.</summary>
    public int? HttpPort { get; init; }

    /// <summary>Whether it speaks DICOMweb under <c>/dicom-web/</c>.</summary>
    public bool HasDicomWeb { get; init; }

    /// <summary>More of its configuration, by Orthanc's own names, instead of what stands there: <c>DefaultEncoding</c>, <c>DicomModalities</c>, ...</summary>
    public IReadOnlyDictionary<string, object> Configuration { get; init; } = new Dictionary<string, object>();
}

/// <summary>
/// An Orthanc server of our own in a folder of its own: DICOM and HTTP on free loopback ports, a verbose log in a
/// file. It ends with the process that started it.
/// </summary>
internal sealed class PrivateOrthanc : IAsyncDisposable
{
    /// <summary>Its application entity title.</summary>
    public const string AeTitle = "MEDSTREAMS";

    private const string DicomWebPlugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly bool _ownsFolder;
    private readonly GuardedProcess _server;

    private PrivateOrthanc(string folder, bool ownsFolder, int dicomPort, int httpPort, GuardedProcess server) =>
        (Folder, _ownsFolder, DicomPort, HttpPort, _server) = (folder, ownsFolder, dicomPort, httpPort, server);

    /// <summary>The folder that holds configuration, index, storage and log.</summary>
    public string Folder { get; }

    /// <summary>The DICOM port on 127.0.0.1.</summary>
    public int DicomPort { get; }

    /// <summary>The HTTP port on 127.0.0.1; no login.</summary>
    public int HttpPort { get; }

    /// <summary>The CPU time that it has taken so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            using var process = Process.GetProcessById(_server.Id);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The verbose log.</summary>
    public string LogFile => Path.Combine(Folder, "orthanc.log");

    /// <summary>The program, or null where Orthanc is not installed.</summary>
    public static string? FindProgram() => CommandLineTool.Find("Orthanc");

    /// <summary>Whether the plug-in for DICOMweb is installed.</summary>
    public static bool HasDicomWebPlugin => File.Exists(DicomWebPlugin);

    /// <summary>Where it speaks DICOMweb, if it does.</summary>
    public Uri DicomWeb => new($"http://127.0.0.1:{HttpPort}/dicom-web/");

    /// <summary>Starts a server and waits until it answers on both ports.</summary>
    /// <param name="folder">Where; null: a temporary folder that <see cref="DisposeAsync"/> removes.</param>
    /// <param name="options">How it differs; null: not at all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">Orthanc is not installed, or did not start.</exception>
    public static async Task<PrivateOrthanc> StartAsync(
        string? folder = null, OrthancOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new OrthancOptions();
        var program = FindProgram() ?? throw new InvalidOperationException(
            "Orthanc is not installed: sudo apt-get install orthanc");
        var owns = folder is null;
        folder = Path.GetFullPath(folder ?? Directory.CreateTempSubdirectory("medstreams-orthanc-").FullName);
        Directory.CreateDirectory(folder);
        var (dicom, http) = (options.DicomPort ?? LocalPorts.Next(), options.HttpPort ?? LocalPorts.Next());
        var configuration = Path.Combine(folder, "orthanc.json");
        await File.WriteAllTextAsync(configuration, Configuration(folder, dicom, http, options), cancellationToken);

        var process = GuardedProcess.Start(new GuardedProcessStart(
            program, ["--verbose", $"--logfile={Path.Combine(folder, "orthanc.log")}", configuration])
        {
            LogFile = Path.Combine(folder, "orthanc.out"),
            Environment = new Dictionary<string, string?> { ["TCP_NODELAY"] = "1" }, // DCMTK's; else each C-STORE waits 40 ms for an acknowledgement
        });
        var server = new PrivateOrthanc(folder, owns, dicom, http, process);
        var ready = await Waiting.UntilAsync(
            async () => process.HasExited
                || (await LocalPorts.AnswersAsync(http, cancellationToken)
                    && await LocalPorts.AnswersAsync(dicom, cancellationToken)),
            StartLimit,
            cancellationToken);
        if (ready && !process.HasExited)
            return server;
        await server.DisposeAsync();
        throw new InvalidOperationException("Orthanc did not start" + (owns ? "." : $"; its log is in {folder}."));
    }

    /// <summary>Ends the server in order; its log is then complete.</summary>
    public Task StopAsync() => _server.StopAsync(Signal.Terminate, TimeSpan.FromSeconds(10));

    /// <summary>Kills the server with signal 9, as a power cut would, and waits for its end. Start another one in its folder and on its ports to go on.</summary>
    public void Kill() => _server.Kill();

    /// <summary>Ends the server and removes its folder where it made that itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _server.Dispose();
        if (_ownsFolder && Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    private static string Configuration(string folder, int dicomPort, int httpPort, OrthancOptions options)
    {
        var configuration = new Dictionary<string, object>
        {
            ["Name"] = "MedStreams",
            ["StorageDirectory"] = Path.Combine(folder, "storage"),
            ["IndexDirectory"] = Path.Combine(folder, "storage"),
            ["DicomAet"] = AeTitle,
            ["DicomPort"] = dicomPort,
            ["DicomAlwaysAllowStore"] = true,
            ["HttpPort"] = httpPort,
            ["RemoteAccessAllowed"] = false,
            ["AuthenticationEnabled"] = false,
            ["StorageCompression"] = false,
        };
        if (options.HasDicomWeb)
        {
            configuration["Plugins"] = new[] { DicomWebPlugin };
            configuration["DicomWeb"] = new Dictionary<string, object> { ["Enable"] = true, ["Root"] = "/dicom-web/" };
        }

        foreach (var (name, value) in options.Configuration)
            configuration[name] = value;
        return JsonSerializer.Serialize(configuration);
    }
}
