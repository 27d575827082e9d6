using System.Globalization;
using System.Security.Cryptography;

namespace MedStreams.Local;

/// <summary>
/// A PostgreSQL server of our own in a folder of its own, from the operating system's binaries: loopback only, SCRAM
/// with a random password, fsync on. It never touches the system's cluster, ends with the process that started it, and
/// can be killed and started again in place.
/// </summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    private const string Account = "postgres"; // PostgreSQL refuses to run as root
    private const string SuperUser = "medstreams";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly string _binaries;
    private readonly string _data;
    private readonly string _password;
    private readonly bool _ownsFolder;
    private GuardedProcess? _server;

    private PrivatePostgres(string binaries, string folder, bool ownsFolder, string password, int port)
    {
        (_binaries, Folder, _ownsFolder, _password, Port) = (binaries, folder, ownsFolder, password, port);
        _data = Path.Combine(folder, "data");
    }

    /// <summary>The folder that holds the data, the password and the server's log.</summary>
    public string Folder { get; }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server's own log; statements are not in it.</summary>
    public string LogFile => Path.Combine(Folder, "server.log");

    /// <summary>Whether the server process is there.</summary>
    public bool IsRunning => _server is { HasExited: false };

    /// <summary>How to connect over TCP.</summary>
    public string ConnectionString => ConnectionStringFor(Port);

    /// <summary>How to connect through the Unix socket in the server's folder.</summary>
    public string SocketConnectionString =>
        $"Host={Folder};Port={Port};Username={SuperUser};Password={_password};Database=postgres";

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>How to connect through another port, such as a proxy's.</summary>
    public string ConnectionStringFor(int port) =>
        $"Host=127.0.0.1;Port={port};Username={SuperUser};Password={_password};Database=postgres";

    /// <summary>The folder of the newest PostgreSQL (15 or later) that is installed; null: none is.</summary>
    public static string? FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.EnumerateDirectories(Debian) : [];
        var newest = versions
            .Select(path => (Path: Path.Combine(path, "bin"), Version: VersionOf(Path.GetFileName(path))))
            .Where(found => found.Version >= 15 && File.Exists(Path.Combine(found.Path, "initdb")))
            .MaxBy(found => found.Version);
        return newest.Path ?? Path.GetDirectoryName(CommandLineTool.Find("initdb"));

        static int VersionOf(string name) =>
            int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
    }

    /// <summary>Makes a server in a folder, or goes on with the one that is there, and waits until it answers.</summary>
    /// <param name="folder">
    /// Where; null: a temporary one that <see cref="DisposeAsync"/> removes. As root, the account <c>postgres</c> must
    /// be able to reach it.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed, or did not start.</exception>
    public static async Task<PrivatePostgres> StartAsync(
        string? folder = null, CancellationToken cancellationToken = default)
    {
        var binaries = FindBinaries() ?? throw new InvalidOperationException(
            "No PostgreSQL 15 or later is installed: sudo apt-get install postgresql");
        var owns = folder is null;
        folder = Path.GetFullPath(folder ?? MakeTemporaryFolder());
        Directory.CreateDirectory(folder);
        if (IsRoot)
            await CommandLineTool.RunAsync("chown", [Account + ":", folder], cancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var password = await InitializeAsync(binaries, folder, cancellationToken);
        var server = new PrivatePostgres(binaries, folder, owns, password, LocalPorts.Next());
        try
        {
            await server.StartAgainAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again on the same data and port after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the text names its log.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
            throw new InvalidOperationException("PostgreSQL runs already.");
        _server?.Dispose();
        _server = GuardedProcess.Start(new GuardedProcessStart(Path.Combine(_binaries, "postgres"), Settings())
        {
            LogFile = LogFile,
            User = IsRoot ? Account : null,
            WhenOrphaned = Signal.Quit, // ends its children too, at once, and frees its shared memory
        });
        var ready = await Waiting.UntilAsync(() => _server.HasExited || IsReady(), StartLimit, cancellationToken);
        if (!ready || _server.HasExited)
            throw new InvalidOperationException($"PostgreSQL did not start; its log is {LogFile}.");
    }

    /// <summary>Ends the server in order: open transactions are rolled back, everything is written.</summary>
    public async Task StopAsync()
    {
        if (_server is null)
            return;
        if (!await _server.StopAsync(Signal.Interrupt, TimeSpan.FromSeconds(20)))
            await RemoveSharedMemoryAsync();
    }

    /// <summary>Kills the server and every process of it with signal 9, as a power cut would, and waits for their end.</summary>
    public async Task KillAsync()
    {
        if (_server is not { HasExited: false } server)
            return;
        server.Send(Signal.Stop); // no child is born between the look and the shot
        await Waiting.UntilAsync(() => StatOf(server.Id) is [] or ["T" or "Z", ..], StartLimit);
        var children = ChildrenOf(server.Id);
        server.Kill();
        foreach (var child in children)
            _ = GuardedProcess.Send(child, Signal.Kill);
        await Waiting.UntilAsync(
            () => children.TrueForAll(child => !Directory.Exists($"/proc/{child}") || IsZombie(child)), StartLimit);
    }

    /// <summary>Stops every process of the server where it is, as a host that hangs does, until <see cref="Resume"/>.</summary>
    public async Task SuspendAsync()
    {
        if (_server is not { HasExited: false } server)
            return;
        server.Send(Signal.Stop); // no child is born after this
        await Waiting.UntilAsync(() => StatOf(server.Id) is [] or ["T" or "Z", ..], StartLimit);
        foreach (var child in ChildrenOf(server.Id))
            _ = GuardedProcess.Send(child, Signal.Stop);
    }

    /// <summary>Lets the server go on after <see cref="SuspendAsync"/>.</summary>
    public void Resume()
    {
        if (_server is not { HasExited: false } server)
            return;
        foreach (var child in ChildrenOf(server.Id))
            _ = GuardedProcess.Send(child, Signal.Continue);
        server.Send(Signal.Continue);
    }

    /// <summary>
    /// Kills one process of the server with signal 9: the server ends all sessions, recovers from its log and goes on by
    /// itself.
    /// </summary>
    public void KillChild(Random random)
    {
        if (IsRunning && ChildrenOf(_server!.Id) is { Count: > 0 } children)
            _ = GuardedProcess.Send(children[random.Next(children.Count)], Signal.Kill);
    }

    /// <summary>Ends the server and removes its folder where it made that itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
            await StopAsync();
        else
            await RemoveSharedMemoryAsync();
        _server?.Dispose();
        if (_ownsFolder && Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A new folder that the server's account can reach: TMPDIR may be root's alone.</summary>
    private static string MakeTemporaryFolder()
    {
        var parent = new[] { Path.GetTempPath(), "/tmp", "/var/tmp" }.FirstOrDefault(path => !IsRoot || OthersMayPass(path))
            ?? Path.GetTempPath();
        var folder = Path.Combine(parent, "medstreams-pg-" + Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static bool OthersMayPass(string path)
    {
        if (OperatingSystem.IsWindows())
            return false;
        for (var at = new DirectoryInfo(path); at is not null; at = at.Parent)
        {
            if (!at.Exists || !at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }

    private static async Task<string> InitializeAsync(string binaries, string folder, CancellationToken stop)
    {
        var secret = Path.Combine(folder, "password");
        var data = Path.Combine(folder, "data");
        if (File.Exists(Path.Combine(data, "PG_VERSION")))
            return (await File.ReadAllTextAsync(secret, stop)).Trim();

        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await File.WriteAllTextAsync(secret, password, stop);
        if (IsRoot)
            await CommandLineTool.RunAsync("chown", [Account + ":", secret], stop);
        // Not synced: until the first start there is nothing in it that could be lost.
        string[] initdb =
        [
            Path.Combine(binaries, "initdb"), "--pgdata", data, "--username", SuperUser, "--pwfile", secret,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
        ];
        string[] command = IsRoot
            ? ["setpriv", $"--reuid={Account}", $"--regid={Account}", "--init-groups", "--", .. initdb]
            : initdb;
        await CommandLineTool.RunAsync(command[0], command[1..], stop);
        return password;
    }

    private string[] Settings()
    {
        // A socket's path has at most 107 characters.
        var socket = Folder.Length < 80 ? Folder : "";
        return
        [
            "-D", _data,
            "-c", "listen_addresses=127.0.0.1",
            "-c", $"port={Port}",
            "-c", $"unix_socket_directories={socket}",
            "-c", "max_connections=60",
            "-c", "shared_buffers=64MB",
            "-c", "fsync=on",
            "-c", "synchronous_commit=on",
            "-c", "dynamic_shared_memory_type=mmap", // in the data folder: nothing stays in /dev/shm after kill -9
            "-c", "log_statement=none",
            "-c", "log_min_error_statement=panic", // statements carry data, and so do details
            "-c", "log_error_verbosity=terse",
            "-c", "log_timezone=UTC",
            "-c", "timezone=UTC",
        ];
    }

    /// <summary>The eighth line of postmaster.pid says what the server does; it is ours when the first is our child.</summary>
    private bool IsReady() =>
        PidFile() is { Length: >= 8 } lines
        && lines[0] == _server!.Id.ToString(CultureInfo.InvariantCulture)
        && lines[7].StartsWith("ready", StringComparison.Ordinal);

    private string[] PidFile()
    {
        try
        {
            return File.ReadAllLines(Path.Combine(_data, "postmaster.pid"));
        }
        catch (IOException)
        {
            return []; // not written yet, or removed at this moment
        }
    }

    /// <summary>After kill -9 the small interlock segment stays; the seventh line of postmaster.pid names it.</summary>
    private async Task RemoveSharedMemoryAsync()
    {
        if (PidFile() is not { Length: >= 7 } lines)
            return;
        var id = lines[6].Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        if (id is null || CommandLineTool.Find("ipcrm") is not { } ipcrm)
            return;
        try
        {
            await CommandLineTool.RunAsync(ipcrm, ["-m", id]);
        }
        catch (InvalidOperationException)
        {
            // Gone already: another start in the same folder has taken care of it.
        }
    }

    private static List<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && StatOf(id) is { Length: > 1 } stat
                && stat[1] == parent.ToString(CultureInfo.InvariantCulture))
            {
                children.Add(id);
            }
        }

        return children;
    }

    private static bool IsZombie(int id) => StatOf(id) is [] or ["Z", ..];

    /// <summary>The fields of /proc/ID/stat after the program's name: state, parent, ...; empty for no process.</summary>
    private static string[] StatOf(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
