using MedStreams.Streams.Graph;

namespace MedStreams.Streams;

/// <summary>Which application is to be reset, and what of it. Immutable.</summary>
public sealed record ResetOptions
{
    /// <summary><c>application.id</c>.</summary>
    public required string ApplicationId { get; init; }

    /// <summary><c>bootstrap.servers</c>: host:port, several with commas between.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The topics that it is to read again, all of them there; default none.</summary>
    public IReadOnlyList<string> InputTopics { get; init; } = [];

    /// <summary>
    /// Topics of the user's that it writes and reads itself: they are set to their ends, since their records will be written again. Default none.
    /// </summary>
    public IReadOnlyList<string> IntermediateTopics { get; init; } = [];

    /// <summary>
    /// The internal topics to delete, under their full names; default null: all that the application has made, told by their names.
    /// </summary>
    public IReadOnlyList<string>? InternalTopics { get; init; }

    /// <summary>Where the input topics are to be read from; default at the first record.</summary>
    public ResetTarget Target { get; init; } = ResetTarget.Earliest;

    /// <summary>
    /// <c>state.dir</c> of this machine's instance, whose state is deleted; default null: none. Other machines' state has to be deleted there, or
    /// restores what is not there any more: see <see cref="KafkaStreams.CleanUp()"/>.
    /// </summary>
    public string? StateDir { get; init; }

    /// <summary>Sinks that write to targets outside Kafka, whose positions stay; default none.</summary>
    public IReadOnlyList<string> Sinks { get; init; } = [];

    /// <summary>Settings of librdkafka for the clients, such as security.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>Patterns that choose input topics.</summary>
    internal IReadOnlyList<TopicSelection> Patterns { get; init; } = [];

    /// <summary>
    /// For an application as it is run: the topics that its topology reads are its input, those that it also writes by a fixed name are
    /// intermediate ones.
    /// </summary>
    /// <param name="topology">The topology.</param>
    /// <param name="config">The settings of the application.</param>
    public static ResetOptions For(Topology topology, StreamsConfig config)
    {
        var subtopologies = topology.Split();
        var written = subtopologies.SelectMany(static s => s.SinkTopics).ToHashSet(StringComparer.Ordinal);
        var sources = subtopologies.Where(static s => !s.IsGlobal).SelectMany(static s => s.Nodes.OfType<SourceDefinition>()).ToList();
        var read = sources.SelectMany(static s => s.Topics).Where(t => !topology.RepartitionTopics.ContainsKey(t)).Distinct(StringComparer.Ordinal).ToList();
        return new ResetOptions
        {
            ApplicationId = config.ApplicationId,
            BootstrapServers = config.BootstrapServers,
            InputTopics = [.. read.Where(t => !written.Contains(t))],
            IntermediateTopics = [.. read.Where(written.Contains)],
            Patterns = [.. sources.Where(static s => s.Selection.Pattern is not null).Select(static s => s.Selection)],
            StateDir = config.StateDir,
            Client = config.MainConsumer,
            Clock = config.Clock,
            Sinks = [.. subtopologies.SelectMany(static s => s.Nodes).OfType<IExternalSinkDefinition>().Select(static s => s.Name)],
        };
    }

    /// <summary>The same with these input topics and no others.</summary>
    public ResetOptions WithInputs(IReadOnlyList<string> topics) => this with { InputTopics = topics, Patterns = [] };

    /// <summary>How long one question to the brokers may take; default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock; default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
