using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Security;

/// <summary>
/// The folder of users and rules in a data directory, which only its owner may enter. The broker and the command line
/// change its files under one lock, so that neither loses what the other writes.
/// </summary>
internal sealed class SecurityFolder
{
    /// <summary>The folder's name in the data directory.</summary>
    public const string Name = "security";

    private const string LockName = ".lock";
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(5);

    private readonly string _path;

    private SecurityFolder(IFileSystem files, string path)
    {
        Files = files;
        _path = path;
    }

    /// <summary>Where the folder lies.</summary>
    public IFileSystem Files { get; }

    /// <summary>The folder of a data directory; both are made when they are not there.</summary>
    /// <exception cref="IOException">They could not be made.</exception>
    public static SecurityFolder Open(IFileSystem files, string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        if (!files.DirectoryExists(path))
        {
            files.CreateDirectory(path);
            if (files is PhysicalFileSystem && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            files.SyncDirectory(dataDirectory);
        }

        return new(files, path);
    }

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>Waits until nobody else changes the files.</summary>
    /// <exception cref="IOException">Somebody holds the lock for too long.</exception>
    public async ValueTask<IDisposable> LockAsync()
    {
        var path = PathOf(LockName);
        for (var waited = TimeSpan.Zero; waited < LockPatience; waited += LockInterval)
        {
            if (Files.TryLock(path) is { } held)
                return held;

            // The other one may be another process: no clock of a test moves it.
            await Task.Delay(LockInterval, TimeProvider.System);
        }

        throw new IOException($"{path} is held by another process.");
    }
}
