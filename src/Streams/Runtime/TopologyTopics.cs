using MedStreams.Streams.Graph;
using MedStreams.Streams.Queries;

namespace MedStreams.Streams.Runtime;

/// <summary>The topology with the topics of the cluster, as last seen. Shared by the threads of an instance.</summary>
internal sealed class TopologyTopics
{
    private readonly StreamsConfig _config;
    private volatile InternalTopics _latest;
    private volatile GroupPlacement _placement = GroupPlacement.Unknown;

    public TopologyTopics(StreamsConfig config, Topology topology, IReadOnlyDictionary<string, int> existing)
    {
        (_config, Topology) = (config, topology);
        Subtopologies = topology.Split();
        InternalNames = topology.RepartitionTopics.Keys.ToHashSet(StringComparer.Ordinal);
        HasPatterns = Subtopologies.SelectMany(s => s.Nodes).OfType<SourceDefinition>().Any(s => s.Selection.Pattern is not null);
        _latest = new InternalTopics(config, topology, Subtopologies, existing);
    }

    public Topology Topology { get; }

    public IReadOnlyList<Subtopology> Subtopologies { get; }

    /// <summary>Internal topics, named without the application id.</summary>
    public IReadOnlySet<string> InternalNames { get; }

    public InternalTopics Latest => _latest;

    /// <summary>True where patterns choose topics, so that others may come.</summary>
    public bool HasPatterns { get; }

    /// <summary>Full names of the topics that tasks read where these topics exist.</summary>
    public IReadOnlyCollection<string> SourceTopicsOf(IReadOnlyDictionary<string, int> existing) =>
    [
        .. InternalTopics.Bind(_config, Subtopologies, existing).Where(s => !s.IsGlobal).SelectMany(s => s.SourceTopics)
            .Select(_latest.FullName).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Where the tasks of the group are, as last given out; for queries.</summary>
    public GroupPlacement Placement
    {
        get => _placement;
        set => _placement = value;
    }

    /// <summary>Takes new partition counts in.</summary>
    public InternalTopics Refresh(IReadOnlyDictionary<string, int> existing) =>
        _latest = new InternalTopics(_config, Topology, Subtopologies, existing);

    /// <summary>The reset policy of the source that reads an input, under its full name.</summary>
    public AutoOffsetReset ResetPolicyOf(string fullName) =>
        _latest.Subtopologies
            .SelectMany(s => s.Nodes.OfType<SourceDefinition>(), (s, source) => (Source: source, Topics: s.TopicsOf(source)))
            .First(s => s.Topics.Any(t => _latest.FullName(t) == fullName)).Source.OffsetReset ?? _config.AutoOffsetReset;
}
