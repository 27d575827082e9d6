using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace MedStreams.Broker.Storage;

/// <summary>
/// The topics of a data directory and the logs of their partitions: opened at the start, made and deleted durably.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Changes of topics run one after the other; finding a topic takes no lock. A change is in the
/// registry's file before it is seen. Folders that the registry does not know are left-overs of a change that a crash
/// interrupted, and are removed at the start.
/// </remarks>
internal sealed partial class LogManager : IAsyncDisposable
{
    private const string Deleted = ".deleted";
    private const int MaxPartitions = 10_000;

    /// <summary>How many times the bytes between two recovery points of a log may be without one in all logs together.</summary>
    internal const int MostCheckpointsBehind = 8;

    private readonly Lock _changing = new();
    private readonly List<Action<Topic>> _deletionObservers = [];
    private readonly ConcurrentDictionary<string, Topic> _topics = new();
    private readonly ConcurrentDictionary<Guid, string> _names = new();
    private readonly ConcurrentQueue<(string Path, long Due)> _graves = new();
    private readonly DataDirectory _directory;
    private readonly LogEnvironment _environment;

    private LogManager(
        DataDirectory directory,
        LogEnvironment environment,
        IReadOnlyDictionary<string, string> topicDefaults,
        IReadOnlyDictionary<string, string> options)
    {
        _directory = directory;
        _environment = environment;
        Configs = new BrokerConfigs(environment.Files, directory.Path, options, topicDefaults);
        ProducerIds = new ProducerIds(environment.Files, directory.Path);
    }

    /// <summary>The id of the cluster that this one broker is.</summary>
    public string ClusterId => _directory.ClusterId;

    /// <summary>Whether the broker before was stopped in order.</summary>
    public bool WasClean => _directory.WasClean || _directory.IsNew;

    /// <summary>Gives out producer ids.</summary>
    public ProducerIds ProducerIds { get; }

    /// <summary>All topics, in no order.</summary>
    public ICollection<Topic> Topics => _topics.Values;

    /// <summary>The broker's configurations.</summary>
    public BrokerConfigs Configs { get; }

    private IFileSystem Files => _environment.Files;

    private long Now => _environment.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes hold of a directory and opens all its logs.</summary>
    /// <param name="path">The directory; it is made when it is not there.</param>
    /// <param name="environment">What the logs share. It is the caller's to dispose of, after the manager.</param>
    /// <param name="topicDefaults">What the broker's options say of topics, by Kafka's names of topic configurations.</param>
    /// <param name="options">What they say of the broker, by Kafka's names of broker configurations; null when nothing.</param>
    /// <exception cref="BrokerException">The directory is held by another broker or does not hold together.</exception>
    /// <exception cref="IOException">Files could not be read or written.</exception>
    public static LogManager Open(
        string path,
        LogEnvironment environment,
        IReadOnlyDictionary<string, string> topicDefaults,
        IReadOnlyDictionary<string, string>? options = null)
    {
        var directory = DataDirectory.Open(environment.Files, path);
        LogManager? manager = null;
        try
        {
            manager = new LogManager(directory, environment, topicDefaults, options ?? new Dictionary<string, string>());
            manager.OpenTopics();
            return manager;
        }
        catch
        {
            manager?.CloseFiles();
            directory.Dispose();
            throw;
        }
    }

    /// <summary>The topic of a name, or null.</summary>
    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>The topic of an id, or null.</summary>
    public Topic? Find(Guid id) => _names.TryGetValue(id, out var name) && Find(name) is { } topic && topic.Id == id ? topic : null;

    /// <summary>The log of a partition, or null when there is no such topic or partition.</summary>
    public PartitionLog? Find(TopicPartition partition) => Find(partition.Topic)?.Partition(partition.Partition);

    /// <summary>Has something called after each deletion of a topic, on the thread that deleted it. To be set up at the start.</summary>
    public void OnDeleted(Action<Topic> observer) => _deletionObservers.Add(observer);

    /// <summary>
    /// Makes recovery points where a crash would make recovery read again from far back: in each log with as many bytes since its
    /// last one, and in those with the most until all the others together have no more than some times that.
    /// </summary>
    /// <param name="atLeastBytes">After how many bytes a log gets a recovery point.</param>
    public async Task CheckpointAsync(long atLeastBytes)
    {
        var logs = _topics.Values
            .SelectMany(topic => topic.Partitions)
            .Select(log => (Log: log, Bytes: log.BytesSinceCheckpoint))
            .Where(entry => entry.Bytes > 0)
            .OrderByDescending(entry => entry.Bytes)
            .ToList();
        var left = logs.Sum(entry => entry.Bytes);
        foreach (var (log, bytes) in logs)
        {
            if (bytes < atLeastBytes && left <= MostCheckpointsBehind * atLeastBytes)
                break;
            left -= bytes;
            try
            {
                await log.CheckpointAsync();
            }
            catch (IOException exception)
            {
                Logs.CheckpointFailed(_environment.Logger, exception, log.Partition.Topic, log.Partition.Partition);
            }
        }
    }

    /// <summary>Removes segments that topics keep no longer.</summary>
    /// <returns>How many segments were removed.</returns>
    public async Task<int> ApplyRetentionAsync()
    {
        var removed = 0;
        foreach (var log in _topics.Values.SelectMany(topic => topic.Partitions))
        {
            try
            {
                removed += await log.ApplyRetentionAsync();
            }
            catch (IOException exception)
            {
                Logs.RetentionFailed(_environment.Logger, exception, log.Partition.Topic, log.Partition.Partition);
            }
        }

        return removed;
    }

    /// <summary>Deletes the files of segments and topics that were removed long enough ago.</summary>
    /// <exception cref="IOException">A file or folder could not be deleted; the next call tries again.</exception>
    public void DeleteRemovedFiles()
    {
        foreach (var log in _topics.Values.SelectMany(topic => topic.Partitions))
            log.DeleteRemovedFiles();
        var now = Now;
        while (_graves.TryPeek(out var grave) && grave.Due <= now)
        {
            Files.DeleteDirectory(grave.Path);
            _graves.TryDequeue(out _);
        }
    }

    /// <summary>Tries to bring logs back whose disk failed.</summary>
    public void RepairFailed()
    {
        foreach (var log in _topics.Values.SelectMany(topic => topic.Partitions).Where(log => log.IsFailed))
        {
            try
            {
                log.TryRepair();
            }
            catch (IOException exception)
            {
                Logs.RepairFailed(_environment.Logger, exception, log.Partition.Topic, log.Partition.Partition);
            }
        }
    }

    /// <summary>Has logs synced whose topics want it by now, under a policy that syncs nothing otherwise.</summary>
    public void SyncOverdue()
    {
        foreach (var log in _topics.Values.SelectMany(topic => topic.Partitions).Where(log => log.IsSyncDue))
            _environment.Flusher.Schedule(log);
    }

    /// <summary>Forgets idle producers in all partitions.</summary>
    public void ExpireProducers(TimeSpan idle)
    {
        foreach (var log in _topics.Values.SelectMany(topic => topic.Partitions))
            log.ExpireProducers(idle);
    }

    /// <summary>Closes every log with a recovery point at its end and marks the directory as left in order.</summary>
    public async ValueTask DisposeAsync()
    {
        var logs = _topics.Values.SelectMany(topic => topic.Partitions).ToList();
        foreach (var log in logs)
            await log.WaitDurableAsync(log.NextOffset);

        // Nothing is waited for any more but the disk.
        var unclean = 0;
        ManyThreads.ForEach(logs, _environment.AtOnce, log =>
        {
            if (!Close(log))
                Interlocked.Increment(ref unclean);
        });
        if (unclean == 0)
            _directory.MarkClean();
        _directory.Dispose();
    }

    /// <summary>Lets go of everything as it is, as the end of the process would.</summary>
    public void Abandon()
    {
        CloseFiles();
        _directory.Dispose();
    }

    private bool Close(PartitionLog log)
    {
        try
        {
            return log.CloseAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (IOException exception)
        {
            log.Dispose();
            Logs.CheckpointFailed(_environment.Logger, exception, log.Partition.Topic, log.Partition.Partition);
            return false;
        }
    }

    private void CloseFiles()
    {
        foreach (var log in _topics.Values.SelectMany(topic => topic.Partitions))
            log.Dispose();
    }

    private void OpenTopics()
    {
        var entries = TopicRegistry.Read(Files, _directory.Path);
        if (entries is null && !_directory.IsNew && Files.Directories(_directory.Path).Any(name => name != Security.SecurityFolder.Name))
        {
            throw new BrokerException(
                $"{_directory.Path} holds folders but no {TopicRegistry.FileName}. Put that file back, or begin with an empty directory.");
        }

        if (!_directory.IsNew)
            RemoveLeftOvers(entries ?? []);
        if (entries is null)
            TopicRegistry.Write(Files, _directory.Path, []);
        Open(entries ?? []).ForEach(Publish);
    }

    /// <summary>Opens all partitions of some topics, or makes them.</summary>
    private List<Topic> Open(List<TopicEntry> entries)
    {
        var topics = entries
            .Select(entry => (Entry: entry, Settings: TopicSettings.From(entry.Configs, Configs.TopicDefaults), Logs: new PartitionLog[entry.Partitions]))
            .ToList();
        var partitions = topics
            .SelectMany(topic => Enumerable.Range(0, topic.Logs.Length).Select(number => (Topic: topic, Number: number)))
            .ToList();
        try
        {
            ManyThreads.ForEach(partitions, _environment.AtOnce, partition => partition.Topic.Logs[partition.Number] =
                Open(new(partition.Topic.Entry.Name, partition.Number), partition.Topic.Settings));
        }
        catch
        {
            foreach (var log in topics.SelectMany(topic => topic.Logs))
                log?.Dispose();
            throw;
        }

        return [.. topics.Select(topic => new Topic(topic.Entry.Name, topic.Entry.Id, topic.Entry.Configs, topic.Logs))];
    }

    private PartitionLog Open(TopicPartition partition, TopicSettings settings)
    {
        var folder = FolderOf(partition);
        Files.CreateDirectory(folder);
        return LogRecovery.Open(partition, folder, settings, _environment);
    }

    private void RemoveLeftOvers(List<TopicEntry> entries)
    {
        var known = entries
            .SelectMany(entry => Enumerable.Range(0, entry.Partitions).Select(p => new TopicPartition(entry.Name, p).ToString()))
            .ToHashSet();
        foreach (var name in Files.Directories(_directory.Path).Where(name => !known.Contains(name)))
        {
            if (!PartitionFolder().IsMatch(name))
                continue;
            Logs.LeftOverRemoved(_environment.Logger, name);
            Files.DeleteDirectory(_directory.PathOf(name));
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+-[0-9]+(\.[0-9a-f]{32}\.deleted)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PartitionFolder();

    private string FolderOf(TopicPartition partition) => _directory.PathOf(partition.ToString());

    private void Publish(Topic topic)
    {
        _topics[topic.Name] = topic;
        _names[topic.Id] = topic.Name;
    }
}
