using MedStreams.Local;

namespace MedStreams.Support.Peers;

/// <summary>DCMTK's storescp on a free port, writing what it takes into a folder of its own. It ends with the test.</summary>
internal sealed class StoreScp : IAsyncDisposable
{
    private readonly GuardedProcess _process;

    private StoreScp(string folder, int port, GuardedProcess process) => (Folder, Port, _process) = (folder, port, process);

    /// <summary>What it has taken.</summary>
    public string Folder { get; }

    public int Port { get; }

    /// <summary>Whether it is installed.</summary>
    public static bool IsInstalled => CommandLineTool.Find("storescp") is not null;

    /// <summary>Starts one.</summary>
    /// <param name="aeTitle">Its title.</param>
    /// <param name="options">More of its options: <c>+xa</c> takes all transfer syntaxes, <c>+B</c> writes the bytes as they come.</param>
    public static async Task<StoreScp> StartAsync(string aeTitle, params IReadOnlyList<string> options)
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-storescp-").FullName;
        var port = LocalPorts.Next();
        var process = GuardedProcess.Start(new GuardedProcessStart("storescp", ["-v", "-aet", aeTitle, "-od", folder, .. options, $"{port}"])
        {
            LogFile = Path.Combine(folder, "storescp.log"),
            Environment = new Dictionary<string, string?> { ["TCP_NODELAY"] = "1" },
        });
        var scp = new StoreScp(folder, port, process);
        await Eventually.Holds(() => LocalPorts.AnswersAsync(port));
        return scp;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(Signal.Terminate, TimeSpan.FromSeconds(5));
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
