namespace MedStreams.Cli.Running.Migration;

/// <summary>
/// A folder of this process's own within the spool: locked as long as it lives, so that what dead processes left behind is removed by the next one, and nothing of a living one is.
/// </summary>
internal sealed class SpoolFolder : IDisposable, IAsyncDisposable
{
    private const string LockName = ".lock";
    private readonly FileStream _lock;

    private SpoolFolder(string path, FileStream locked) => (Path, _lock) = (path, locked);

    public string Path { get; }

    /// <summary>Makes one, and removes those of the dead.</summary>
    /// <exception cref="CliException">The folder cannot be made.</exception>
    public static SpoolFolder Create(string parent)
    {
        try
        {
            var path = System.IO.Path.Combine(parent, Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(path);
            var folder = new SpoolFolder(path, Open(path));
            foreach (var other in Directory.EnumerateDirectories(parent).Where(d => d != path))
                RemoveIfDead(other);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"the spool {parent} cannot be used: {e.Message}");
        }
    }

    public void Dispose()
    {
        _lock.Dispose();
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static FileStream Open(string path) =>
        new(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static void RemoveIfDead(string path)
    {
        // Only what is a spool of ours, and locked by nobody.
        if (!File.Exists(System.IO.Path.Combine(path, LockName)))
            return;
        try
        {
            Open(path).Dispose();
            Directory.Delete(path, recursive: true);
        }
        catch (IOException)
        {
            // Somebody works in it, or removes it at this moment.
        }
    }
}
