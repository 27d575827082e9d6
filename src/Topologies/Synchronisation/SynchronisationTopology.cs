using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// Enterprise cards kept in step with operators' APIs (S2), in two stages:
/// <list type="number">
/// <item>cards: <c>sync.cards</c> to the shards, by enterprise: a group is in one shard, a shard has several groups (S2.1);</item>
/// <item>shards: rounds by the clock; in each, groups side by side call an <see cref="IOperatorCalls"/>, one card of a group at a time, to <c>sync.results</c> and
/// <c>sync.status</c>.</item>
/// </list>
/// A shard is a task of the engine: owned by one instance over the ring (S2.2), moved with its stores when instances come and go (S2.9). <c>sync.steps</c> leads from shards
/// back to themselves; <c>sync.control</c> is seen by all.
/// </summary>
public static class SynchronisationTopology
{
    /// <summary>The groups' progress, by enterprise; may be queried.</summary>
    public const string GroupStore = "sync-groups";

    /// <summary>What people want; every instance has it whole.</summary>
    public const string ControlStore = "sync-control";

    internal const string CardStore = "sync-cards";
    internal const string EntryStore = "sync-entries";
    internal const string AgendaStore = "sync-agenda";
    internal const string SourceStore = "sync-sources";
    internal const string RoundStore = "sync-rounds";

    /// <summary>Adds the topology to a builder.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The rules.</param>
    /// <param name="calls">Calls the operators.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static void Build(StreamsBuilder builder, SynchronisationOptions options, IOperatorCalls calls)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(calls);
        options.Validate();
        AddStores(builder, options);
        var told = builder
            .Stream(options.CardTopic, Consumed.With(CardSerdes.Key, CardSerdes.Message) with { Name = "cards" })
            .Process<string, ShardInput>(() => new CardRouter(options.Shards), Named.As("route"), [])
            .Repartition(new Repartitioned<string, ShardInput>
            {
                Name = "sync-shards",
                KeySerde = Serdes.String,
                ValueSerde = SyncSerdes.Input,
                NumberOfPartitions = options.Shards,
                Partitioner = static (_, _, value, _) => value.Marker?.Shard,
            });
        var steps = builder
            .Stream(options.StepTopic, Consumed.With(Serdes.String, SyncSerdes.Step) with { Name = "committed-steps" })
            .MapValues(step => new ShardInput(Step: step), "step-read");
        var said = told.Merge(steps, Named.As("told-or-step")).Process(
            () => new ShardProcessor(options, calls), Named.As("shards"), [CardStore, EntryStore, GroupStore, AgendaStore, SourceStore, RoundStore]);
        Write(said, options);
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(SynchronisationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [options.CardTopic, options.StepTopic, options.ResultTopic, options.StatusTopic, options.ControlTopic];
    }

    private static void AddStores(StreamsBuilder builder, SynchronisationOptions options)
    {
        Add(builder, CardStore, SyncSerdes.Card);
        Add(builder, EntryStore, SyncSerdes.TaskCard);
        Add(builder, GroupStore, SyncSerdes.Group);
        Add(builder, AgendaStore, Serdes.String);
        Add(builder, SourceStore, SyncSerdes.Mark);
        Add(builder, RoundStore, Serdes.String);
        builder.GlobalTable(
            options.ControlTopic,
            Consumed.With(Serdes.String, SyncSerdes.Control) with { Name = "control" },
            Materialized.As(ControlStore, Serdes.String, SyncSerdes.Control));
    }

    private static void Write(KStream<string, ShardOutput> said, SynchronisationOptions options)
    {
        said.Filter((_, output) => output.Step is not null, "are-steps")
            .MapValues(output => output.Step!, "step")
            .To(options.StepTopic, Produced.With(Serdes.String, SyncSerdes.Step) with { Name = "steps", Partitioner = static (_, _, step, _) => step.Shard });
        said.Filter((_, output) => output.Result is not null, "are-results")
            .MapValues(output => output.Result!, "result")
            .SelectKey((enterprise, result) => new CardKey(enterprise, result.Number), "by-card")
            .To(options.ResultTopic, Produced.With(CardSerdes.Key, SyncSerdes.Result) with { Name = "results" });
        said.Filter((_, output) => output.Status is not null, "are-states")
            .MapValues(output => output.Status!, "state")
            .To(options.StatusTopic, Produced.With(Serdes.String, SyncSerdes.Status) with { Name = "states" });
    }

    private static void Add<T>(StreamsBuilder builder, string name, ISerde<T> serde) =>
        builder.AddStateStore(Stores.KeyValueStoreBuilder(Stores.PersistentKeyValueStore(name), Serdes.String, serde));
}
