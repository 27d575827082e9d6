using System.Text.Json;

namespace MedStreams.Broker.Storage;

/// <summary>What <c>broker.json</c> says of a data directory.</summary>
internal sealed record DirectoryDescription(int Version, string ClusterId);

/// <summary>
/// A broker's data directory: held by one broker at a time, described by <c>broker.json</c>, and marked when it was left in
/// order.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const int Version = 1;
    private const string LockName = ".lock";

    /// <summary>The file that says what the folder is.</summary>
    public const string DescriptionName = "broker.json";

    /// <summary>The mark of an orderly stop.</summary>
    public const string CleanName = ".clean-shutdown";

    private readonly IFileSystem _files;
    private readonly IDisposable _lock;

    private DataDirectory(IFileSystem files, string path, IDisposable held)
    {
        _files = files;
        _lock = held;
        Path = path;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The id of the cluster that this one broker is, as clients see it.</summary>
    public string ClusterId { get; private set; } = "";

    /// <summary>Whether the folder was made now.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Whether the broker before was stopped in order.</summary>
    public bool WasClean { get; private set; }

    /// <summary>Takes hold of a folder, which is made when it is not there.</summary>
    /// <exception cref="BrokerException">Another broker holds it, or a later release wrote it.</exception>
    public static DataDirectory Open(IFileSystem files, string path)
    {
        files.CreateDirectory(path);
        var held = files.TryLock(System.IO.Path.Combine(path, LockName))
            ?? throw new BrokerException(
                $"Another broker uses the data directory {path}. Stop it, or give this one a directory of its own.");
        var directory = new DataDirectory(files, path, held);
        try
        {
            directory.Describe();
            return directory;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Marks the directory as left in order. Nothing is written to it afterwards.</summary>
    public void MarkClean() => DurableFile.Replace(_files, PathOf(CleanName), []);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>The path of a file in the directory.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    private void Describe()
    {
        WasClean = _files.FileExists(PathOf(CleanName));
        if (WasClean)
        {
            _files.Delete(PathOf(CleanName));
            _files.SyncDirectory(Path);
        }

        var content = DurableFile.Read(_files, PathOf(DescriptionName));
        IsNew = content is null;
        if (content is null)
        {
            var description = new DirectoryDescription(Version, NewClusterId());
            content = JsonSerializer.SerializeToUtf8Bytes(description, RegistryJson.Default.DirectoryDescription);
            DurableFile.Replace(_files, PathOf(DescriptionName), content);
        }

        ClusterId = Read(content).ClusterId;
    }

    private DirectoryDescription Read(byte[] content)
    {
        try
        {
            if (JsonSerializer.Deserialize(content, RegistryJson.Default.DirectoryDescription) is { Version: Version } description)
                return description;
        }
        catch (JsonException exception)
        {
            throw new BrokerException($"{PathOf(DescriptionName)} cannot be read.", exception);
        }

        throw new BrokerException($"{PathOf(DescriptionName)} is not of version {Version}: a later release wrote it.");
    }

    /// <summary>An id in the form of Kafka's: sixteen random bytes in URL-safe base 64.</summary>
    private static string NewClusterId() =>
        Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
