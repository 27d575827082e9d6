using MedStreams.Local;

namespace MedStreams.Support.Peers;

/// <summary>
/// DCMTK's dcmqrscp on a free port with a database in a folder of its own: an old PACS with the habits of old PACS. It pads UIDs with blanks, does not count,
/// refuses compressed objects unless told, and deletes the oldest studies when there are too many. It ends with the test.
/// </summary>
internal sealed class Dcmqrscp : IAsyncDisposable
{
    public const string AeTitle = "OLDPACS";
    private readonly GuardedProcess _process;

    private Dcmqrscp(string folder, int port, GuardedProcess process) => (Folder, Port, _process) = (folder, port, process);

    public string Folder { get; }

    public int Port { get; }

    /// <summary>Its log.</summary>
    public string LogFile => Path.Combine(Folder, "dcmqrscp.log");

    /// <summary>Whether it is installed.</summary>
    public static bool IsInstalled => CommandLineTool.Find("dcmqrscp") is not null;

    /// <summary>Starts one.</summary>
    /// <param name="destinations">The nodes on this machine that it may send to: title and port.</param>
    /// <param name="options">More of its options.</param>
    public static async Task<Dcmqrscp> StartAsync(IReadOnlyDictionary<string, int> destinations, params IReadOnlyList<string> options)
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-dcmqrscp-").FullName;
        var database = Directory.CreateDirectory(Path.Combine(folder, "database")).FullName;
        var port = LocalPorts.Next();
        var configuration = Path.Combine(folder, "dcmqrscp.cfg");
        await File.WriteAllTextAsync(
            configuration,
            $"""
             NetworkTCPPort = {port}
             MaxPDUSize = 16384
             MaxAssociations = 16
             HostTable BEGIN
             {string.Join('\n', destinations.Select((d, i) => $"host{i} = ({d.Key}, 127.0.0.1, {d.Value})"))}
             HostTable END
             VendorTable BEGIN
             VendorTable END
             AETable BEGIN
             {AeTitle} {database} RW (500, 1024mb) ANY
             AETable END

             """);
        var process = GuardedProcess.Start(new GuardedProcessStart("dcmqrscp", ["-v", "-c", configuration, .. options])
        {
            LogFile = Path.Combine(folder, "dcmqrscp.log"),
            Environment = new Dictionary<string, string?> { ["TCP_NODELAY"] = "1" },
        });
        var pacs = new Dcmqrscp(folder, port, process);
        await Eventually.Holds(() => LocalPorts.AnswersAsync(port));
        return pacs;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(Signal.Terminate, TimeSpan.FromSeconds(5));
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
