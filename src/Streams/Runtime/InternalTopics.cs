using MedStreams.Streams.Graph;
using MedStreams.Streams.Kafka;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// The topics that an application owns, and how many tasks each sub-topology has, worked out from the topology and the
/// partition counts of the user's topics. Pure.
/// </summary>
internal sealed class InternalTopics
{
    private readonly StreamsConfig _config;
    private readonly IReadOnlyList<Subtopology> _subtopologies;
    private readonly IReadOnlyList<IReadOnlyList<string>> _copartitioned;
    private readonly Topology _topology;
    private readonly Dictionary<string, int> _counts;

    /// <summary>Works everything out, or says what is wrong.</summary>
    /// <param name="config">The application's settings.</param>
    /// <param name="topology">The topology.</param>
    /// <param name="subtopologies">Its sub-topologies.</param>
    /// <param name="existing">The topics that exist, under their full names.</param>
    /// <exception cref="TopologyException">A source topic is missing, or co-partitioned topics differ.</exception>
    public InternalTopics(
        StreamsConfig config,
        Topology topology,
        IReadOnlyList<Subtopology> subtopologies,
        IReadOnlyDictionary<string, int> existing)
    {
        (_config, _topology) = (config, topology);
        _subtopologies = Bind(config, subtopologies, existing);
        var sources = _subtopologies
            .SelectMany(s => s.Nodes.OfType<SourceDefinition>().Select(n => (n.Name, Topics: s.TopicsOf(n))))
            .ToDictionary(s => s.Name, s => s.Topics, StringComparer.Ordinal);
        _copartitioned = [.. topology.CopartitionGroups.Select(g => g.SelectMany(s => sources[s]).ToArray())];
        _counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var topic in _subtopologies.SelectMany(s => s.SourceTopics).Where(t => !IsInternal(t)))
        {
            _counts[topic] = existing.TryGetValue(topic, out var count)
                ? count
                : throw new TopologyException(
                    $"The topic {topic} does not exist: create it (medstreams topics create {topic}) and start again.");
        }

        foreach (var topic in topology.RepartitionTopics.Keys)
            PartitionsOf(topic);
        CheckCopartitions();
    }

    /// <summary>The sub-topologies, patterns replaced by the topics that match them.</summary>
    public static IReadOnlyList<Subtopology> Bind(
        StreamsConfig config, IEnumerable<Subtopology> subtopologies, IReadOnlyDictionary<string, int> existing)
    {
        string[] users = [.. existing.Keys.Where(t => IsUsers(config, t))];
        return [.. subtopologies.Select(s => s.Bind(users))];
    }

    /// <summary>All tasks.</summary>
    public IEnumerable<TaskId> Tasks =>
        _subtopologies.Where(s => !s.IsGlobal).SelectMany(s => Enumerable.Range(0, TaskCount(s)).Select(p => new TaskId(s.Id, p)));

    /// <summary>The sub-topologies, patterns replaced by the topics that match them.</summary>
    public IReadOnlyList<Subtopology> Subtopologies => _subtopologies;

    /// <summary>Full names of the topics that tasks read.</summary>
    public IReadOnlyCollection<string> SourceTopics =>
    [
        .. _subtopologies.Where(s => !s.IsGlobal).SelectMany(s => s.SourceTopics).Select(FullName)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Whether some tasks read several partitions, of which the oldest record goes first.</summary>
    public bool HasTasksOfManyInputs => _subtopologies.Any(s => !s.IsGlobal && s.SourceTopics.Skip(1).Any());

    /// <summary>The tasks whose stores are restored from changelogs.</summary>
    public IEnumerable<TaskId> StatefulTasks =>
        _subtopologies.Where(s => s.Stores.Any(t => t.SourceTopic is not null || t.Builder.LoggingEnabled))
            .SelectMany(s => Enumerable.Range(0, TaskCount(s)).Select(p => new TaskId(s.Id, p)));

    /// <summary>How many tasks a sub-topology has: as many as its largest source topic has partitions.</summary>
    public int TaskCount(Subtopology subtopology) =>
        _subtopologies[subtopology.Id].SourceTopics.Select(t => _counts[t]).DefaultIfEmpty(0).Max();

    /// <summary>The input partitions of a task, under the topics' names in the topology.</summary>
    public IReadOnlyList<TopicPartition> InputsOf(Subtopology subtopology, int partition) =>
    [
        .. _subtopologies[subtopology.Id].SourceTopics.Where(t => partition < _counts[t])
            .Select(t => new TopicPartition(t, partition)),
    ];

    /// <summary>All partitions of the topics of the global stores.</summary>
    public IReadOnlyList<TopicPartition> GlobalInputs =>
    [
        .. _subtopologies.Where(s => s.IsGlobal).SelectMany(s => s.SourceTopics)
            .SelectMany(t => Enumerable.Range(0, _counts[t]).Select(p => new TopicPartition(t, p))),
    ];

    /// <summary>The topics that must be there before the application runs.</summary>
    public IEnumerable<NewTopic> ToCreate()
    {
        foreach (var topic in _topology.RepartitionTopics.Keys)
            yield return Create(FullName(topic), _counts[topic], InternalTopicSettings.Repartition(_config));
        foreach (var subtopology in _subtopologies.Where(s => !s.IsGlobal))
        {
            if (TaskCount(subtopology) == 0)
                continue; // Patterns have found no topic yet.
            foreach (var store in subtopology.Stores.Where(s => s.Builder.LoggingEnabled && s.SourceTopic is null))
            {
                yield return Create(
                    ChangelogOf(store), TaskCount(subtopology), InternalTopicSettings.Changelog(_config, store.Builder));
            }
        }
    }

    /// <summary>The full name of a topic of the topology.</summary>
    public string FullName(string topic) => IsInternal(topic) ? $"{_config.ApplicationId}-{topic}" : topic;

    /// <summary>The full name of a store's changelog.</summary>
    public string ChangelogOf(StoreDefinition store) =>
        store.SourceTopic is { } source ? FullName(source) : $"{_config.ApplicationId}-{store.Name}-changelog";

    private NewTopic Create(string name, int partitions, IReadOnlyDictionary<string, string> settings) =>
        new(name, partitions, _config.ReplicationFactor, settings);

    // What a pattern may choose: not Kafka's own topics, nor what the application writes for itself.
    private static bool IsUsers(StreamsConfig config, string topic) =>
        topic is not ("__consumer_offsets" or "__transaction_state")
        && topic != GroupLog.TopicOf(config.ApplicationId)
        && !(topic.StartsWith(config.ApplicationId + "-", StringComparison.Ordinal)
            && (topic.EndsWith("-repartition", StringComparison.Ordinal) || topic.EndsWith("-changelog", StringComparison.Ordinal)));

    private bool IsInternal(string topic) => _topology.RepartitionTopics.ContainsKey(topic);

    /// <summary>
    /// As many partitions as the user asked for; else as the topics have that it is joined with, where those are given; else as the
    /// largest topic upstream of it, or of those. Of what feeds itself, only what is known otherwise counts.
    /// </summary>
    private int PartitionsOf(string topic)
    {
        if (_counts.TryGetValue(topic, out var known))
            return known;
        return _counts[topic] = _topology.RepartitionTopics[topic].Partitions
            ?? GivenBeside(topic)
            ?? UpstreamOf(Beside(topic), [])
            ?? throw new TopologyException($"The repartition topic {topic} feeds itself: give it a number of partitions.");
    }

    /// <summary>The topic and those that must have equally many partitions.</summary>
    private HashSet<string> Beside(string topic)
    {
        var beside = new HashSet<string>(StringComparer.Ordinal) { topic };
        bool grew;
        do
        {
            var before = beside.Count;
            foreach (var group in _copartitioned.Where(g => g.Any(beside.Contains)).ToArray())
                beside.UnionWith(group);
            grew = beside.Count > before;
        }
        while (grew);
        return beside;
    }

    private int? GivenBeside(string topic) =>
        Beside(topic).Select(t => IsInternal(t) ? _topology.RepartitionTopics[t].Partitions : Existing(t)).Max();

    private int? Existing(string topic) => _counts.TryGetValue(topic, out var count) ? count : null;

    private int? UpstreamOf(IEnumerable<string> topics, HashSet<string> path)
    {
        int? largest = null;
        foreach (var topic in topics.Where(path.Add))
        {
            foreach (var source in _subtopologies.Where(s => s.SinkTopics.Contains(topic)).SelectMany(s => s.SourceTopics))
            {
                var count = IsInternal(source)
                    ? _topology.RepartitionTopics[source].Partitions ?? GivenBeside(source) ?? UpstreamOf(Beside(source), path)
                    : Existing(source);
                largest = count > (largest ?? 0) ? count : largest;
            }
        }

        return largest;
    }

    private void CheckCopartitions()
    {
        foreach (var group in _copartitioned)
        {
            var counts = group.Select(t => _counts[t]).Distinct().ToList();
            if (counts.Count > 1)
            {
                throw new TopologyException(
                    $"The topics {string.Join(", ", group.Select(t => $"{t} ({_counts[t]})"))} are joined and must have "
                    + "equally many partitions: repartition one of them.");
            }
        }
    }
}
