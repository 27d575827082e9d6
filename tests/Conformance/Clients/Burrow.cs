using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MedStreams.Support;

namespace MedStreams.Conformance.Tests;

/// <summary>
/// Burrow, the lag monitor, with the ZooKeeper that it needs, both as Debian has them, on free ports and with a folder of
/// their own. It reads <c>__consumer_offsets</c> as any consumer could.
/// </summary>
internal sealed class Burrow : IAsyncDisposable
{
    private const string Classes = "/usr/share/java/zookeeper.jar";
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-burrow-").FullName;
    private readonly List<Process> _processes = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private Burrow()
    {
    }

    /// <summary>Why it cannot be had here, or null.</summary>
    public static string? Missing =>
        !OutsideProgram.IsThere("Burrow") ? "there is no Burrow"
        : !File.Exists(Classes) || !OutsideProgram.IsThere("java") ? "there is no ZooKeeper, which Burrow needs"
        : null;

    /// <summary>Where it answers.</summary>
    public Uri Address => _http.BaseAddress!;

    /// <summary>Starts one that watches a broker as the cluster <c>local</c>.</summary>
    /// <param name="servers">The broker.</param>
    /// <param name="intervals">How many commits a window holds.</param>
    public static async Task<Burrow> StartAsync(string servers, int intervals = 10)
    {
        var burrow = new Burrow();
        try
        {
            await burrow.RunAsync(servers, intervals);
            return burrow;
        }
        catch
        {
            await burrow.DisposeAsync();
            throw;
        }
    }

    /// <summary>What Burrow says under an address below that of the cluster; null while it says that there is nothing.</summary>
    public async Task<JsonNode?> GetAsync(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri($"v3/kafka/local/{path}", UriKind.Relative));
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync());
            return (bool)answer!["error"]! ? null : answer;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _processes.Reverse();
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task RunAsync(string servers, int intervals)
    {
        var (keeper, http) = (FreePort(), FreePort());
        await File.WriteAllTextAsync(At("zookeeper.cfg"), $"""
            dataDir={At("zookeeper")}
            clientPort={keeper}
            clientPortAddress=127.0.0.1
            admin.enableServer=false
            tickTime=500
            """);
        await File.WriteAllTextAsync(At("burrow.toml"), $"""
            [general]
            pidfile="{At("burrow.pid")}"
            [logging]
            filename="{At("burrow.log")}"
            [zookeeper]
            servers=["127.0.0.1:{keeper}"]
            root-path="/burrow"
            [client-profile.all]
            kafka-version="2.0.0"
            [cluster.local]
            class-name="kafka"
            servers=["{servers}"]
            client-profile="all"
            topic-refresh=1
            offset-refresh=1
            [consumer.local]
            class-name="kafka"
            cluster="local"
            servers=["{servers}"]
            client-profile="all"
            [httpserver.default]
            address="127.0.0.1:{http}"
            [storage.default]
            class-name="inmemory"
            min-distance=0
            intervals={intervals}
            [evaluator.default]
            class-name="caching"
            expire-cache=1
            """);
        Start(
            "java", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", Classes,
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", At("zookeeper.cfg"));
        await Eventually.Holds(() => ServesAsync(keeper));
        _http.BaseAddress = new Uri($"http://127.0.0.1:{http}/");
        Start("Burrow", "-config-dir", _directory);
        await Eventually.Holds(async () => await GetAsync("consumer") is not null);
    }

    /// <summary>Whether ZooKeeper serves: it accepts connections some time before.</summary>
    private static async Task<bool> ServesAsync(int port)
    {
        using var socket = new TcpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await socket.GetStream().WriteAsync("srvr"u8.ToArray(), patience.Token);
            using var answer = new StreamReader(socket.GetStream());
            return (await answer.ReadToEndAsync(patience.Token)).Contains("Mode:", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What the program says is read and dropped: Burrow has a log of its own.</summary>
    private void Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private string At(string name) => Path.Combine(_directory, name);

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
