using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Storage;

/// <content>Changes of topics.</content>
internal sealed partial class LogManager
{
    /// <summary>Checks whether a topic could be made.</summary>
    /// <param name="name">The name.</param>
    /// <param name="configs">Its configuration.</param>
    public TopicChange CheckNew(string name, IReadOnlyCollection<KeyValuePair<string, string?>> configs)
    {
        if (TopicName.Fault(name) is { } nameFault)
            return new(ErrorCode.InvalidTopicException, nameFault);
        if (_topics.ContainsKey(name))
            return new(ErrorCode.TopicAlreadyExists, $"Topic '{name}' already exists.");
        if (_topics.Keys.FirstOrDefault(other => TopicName.Collide(name, other)) is { } other)
            return new(ErrorCode.InvalidTopicException, $"Topic '{name}' collides with existing topic: {other}");
        return TopicConfigTable.Fault(configs, Configs.TopicDefaults) is { } configFault
            ? new(ErrorCode.InvalidConfig, configFault)
            : new(ErrorCode.None, null);
    }

    /// <summary>Makes a topic. On success it is durable and can be written.</summary>
    /// <param name="name">The name.</param>
    /// <param name="partitions">The number of partitions.</param>
    /// <param name="configs">Its configuration.</param>
    /// <exception cref="IOException">Files could not be made; there is no such topic.</exception>
    public TopicChange Create(string name, int partitions, IReadOnlyDictionary<string, string> configs)
    {
        lock (_changing)
        {
            var check = CheckNew(name, [.. configs!]);
            if (check.Error != ErrorCode.None)
                return check;
            if (partitions is <= 0 or > MaxPartitions)
                return new(ErrorCode.InvalidPartitions, $"Number of partitions must be from 1 to {MaxPartitions}.");
            var entry = new TopicEntry(name, NewId(), partitions, new(configs.ToDictionary()));
            var topic = Open([entry])[0];
            try
            {
                Files.SyncDirectory(_directory.Path);
                TopicRegistry.Write(Files, _directory.Path, Entries().Append(entry));
            }
            catch
            {
                foreach (var log in topic.Partitions)
                    log.Dispose();
                throw;
            }

            Publish(topic);
            return new(ErrorCode.None, null, topic);
        }
    }

    /// <summary>The topic of a name, made with these partitions and this configuration when it is not there.</summary>
    /// <exception cref="IOException">Files could not be made; there is no such topic.</exception>
    public Topic GetOrCreate(string name, int partitions, IReadOnlyDictionary<string, string> configs) =>
        Find(name) ?? Create(name, partitions, configs).Topic ?? Find(name)
        ?? throw new InvalidOperationException($"The topic {name} cannot be made.");

    /// <summary>
    /// Deletes a topic; who waits for it is told that there is no such topic. Its files go after <c>file.delete.delay.ms</c>.
    /// </summary>
    /// <exception cref="IOException">The registry could not be written; the topic stays.</exception>
    public ErrorCode Delete(string name)
    {
        Topic? topic;
        lock (_changing)
        {
            if ((topic = Find(name)) is null)
                return ErrorCode.UnknownTopicOrPartition;
            TopicRegistry.Write(Files, _directory.Path, Entries().Where(entry => entry.Name != name));
            _topics.TryRemove(name, out _);
            _names.TryRemove(topic.Id, out _);
            foreach (var log in topic.Partitions)
            {
                log.Abandon();
                var grave = log.Directory + "." + topic.Id.ToString("N") + Deleted;
                Files.Rename(log.Directory, grave);
                _graves.Enqueue((grave, Now + (long)log.Settings.FileDeleteDelay.TotalMilliseconds));
            }
        }

        foreach (var observer in _deletionObservers)
            observer(topic);
        return ErrorCode.None;
    }

    /// <summary>Gives a topic more partitions.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="count">How many it has afterwards.</param>
    /// <param name="validateOnly">Whether only to say what would happen.</param>
    /// <exception cref="IOException">Files could not be made; the topic stays as it was.</exception>
    public TopicChange AddPartitions(string name, int count, bool validateOnly)
    {
        lock (_changing)
        {
            if (Find(name) is not { } topic)
                return new(ErrorCode.UnknownTopicOrPartition, null);
            if (count <= topic.Partitions.Count || count > MaxPartitions)
            {
                return new(
                    ErrorCode.InvalidPartitions,
                    $"The topic {name} currently has {topic.Partitions.Count} partition(s); {count} would not be an increase.");
            }

            if (validateOnly)
                return new(ErrorCode.None, null, topic);
            var settings = TopicSettings.From(topic.Configs, Configs.TopicDefaults);
            var added = Enumerable.Range(topic.Partitions.Count, count - topic.Partitions.Count)
                .Select(partition => Open(new(name, partition), settings))
                .ToList();
            Files.SyncDirectory(_directory.Path);
            return Replace(topic with { Partitions = [.. topic.Partitions, .. added] });
        }
    }

    /// <summary>Replaces the configuration of a topic.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="edit">Makes the new configuration of the present one, or says what is wrong with the wish.</param>
    /// <param name="validateOnly">Whether only to say what would happen.</param>
    /// <exception cref="IOException">The registry could not be written; the topic stays as it was.</exception>
    public TopicChange Configure(string name, Func<IReadOnlyDictionary<string, string>, ConfigEdit> edit, bool validateOnly)
    {
        lock (_changing)
        {
            // As Apache Kafka: the wish is looked at first.
            var topic = Find(name);
            var (configs, error, message) = edit(topic?.Configs ?? new Dictionary<string, string>());
            if (configs is null)
                return new(error, message);
            if (TopicConfigTable.Fault([.. configs!], Configs.TopicDefaults) is { } fault)
                return new(ErrorCode.InvalidConfig, fault);
            if (topic is null)
                return new(ErrorCode.UnknownTopicOrPartition, $"The topic '{name}' does not exist.");
            if (validateOnly)
                return new(ErrorCode.None, null, topic);
            var changed = topic with { Configs = configs };
            var change = Replace(changed);
            Apply(changed);
            return change;
        }
    }

    /// <summary>Alters the configuration of the broker, and so of all topics that do not configure it themselves.</summary>
    /// <param name="all">Whether for all brokers; otherwise for this one.</param>
    /// <param name="edit">Makes what is altered of what was, or says what is wrong with the wish.</param>
    /// <param name="validateOnly">Whether only to say what would happen.</param>
    /// <exception cref="IOException">It could not be made durable; nothing changed.</exception>
    public TopicChange ConfigureBroker(bool all, Func<IReadOnlyDictionary<string, string>, ConfigEdit> edit, bool validateOnly)
    {
        lock (_changing)
        {
            var change = Configs.Change(all, edit, validateOnly);
            foreach (var topic in _topics.Values)
                Apply(topic);
            return change;
        }
    }

    private void Apply(Topic topic)
    {
        var settings = TopicSettings.From(topic.Configs, Configs.TopicDefaults);
        foreach (var log in topic.Partitions)
            log.Settings = settings;
    }

    private TopicChange Replace(Topic topic)
    {
        var entries = Entries().Where(entry => entry.Name != topic.Name).Append(EntryOf(topic));
        TopicRegistry.Write(Files, _directory.Path, entries);
        Publish(topic);
        return new(ErrorCode.None, null, topic);
    }

    private IEnumerable<TopicEntry> Entries() => _topics.Values.Select(EntryOf);

    private static TopicEntry EntryOf(Topic topic) =>
        new(topic.Name, topic.Id, topic.Partitions.Count, new(topic.Configs.ToDictionary()));

    /// <summary>A random id; clients take the zero id for none.</summary>
    private static Guid NewId() => Guid.NewGuid();
}

/// <summary>What became of a change of a topic.</summary>
/// <param name="Error">Why it was refused, or none.</param>
/// <param name="Message">The refusal in words, for the client; may be null.</param>
/// <param name="Topic">The topic as it is now.</param>
internal readonly record struct TopicChange(ErrorCode Error, string? Message, Topic? Topic = null);

/// <summary>A new configuration, or why there can be none.</summary>
/// <param name="Configs">The configuration; null when the wish is refused.</param>
/// <param name="Error">Why it is refused.</param>
/// <param name="Message">The refusal in words.</param>
internal readonly record struct ConfigEdit(
    IReadOnlyDictionary<string, string>? Configs, ErrorCode Error = ErrorCode.None, string? Message = null);
