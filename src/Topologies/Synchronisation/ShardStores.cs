using System.Globalization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>The stores of a shard. Lives as long as its task.</summary>
internal sealed class ShardStores(IProcessingContext context)
{
    private const string RoundKey = "round";
    private readonly IKeyValueStore<string, string> _rounds = context.GetStateStore<IKeyValueStore<string, string>>(SynchronisationTopology.RoundStore);

    /// <summary>Cards as their sources tell them.</summary>
    public IKeyValueStore<string, Card?> Cards { get; } = context.GetStateStore<IKeyValueStore<string, Card?>>(SynchronisationTopology.CardStore);

    /// <summary>The task data.</summary>
    public IKeyValueStore<string, TaskCard?> Entries { get; } = context.GetStateStore<IKeyValueStore<string, TaskCard?>>(SynchronisationTopology.EntryStore);

    /// <summary>The groups' progress.</summary>
    public IKeyValueStore<string, GroupState?> Groups { get; } = context.GetStateStore<IKeyValueStore<string, GroupState?>>(SynchronisationTopology.GroupStore);

    /// <summary>The agenda's keys.</summary>
    public IKeyValueStore<string, string> Agenda { get; } = context.GetStateStore<IKeyValueStore<string, string>>(SynchronisationTopology.AgendaStore);

    /// <summary>Sources' marks.</summary>
    public IKeyValueStore<string, SourceMark?> Sources { get; } = context.GetStateStore<IKeyValueStore<string, SourceMark?>>(SynchronisationTopology.SourceStore);

    /// <summary>Words of people.</summary>
    public IReadOnlyKeyValueStore<string, ValueAndTimestamp<SyncControl>?> Control { get; } =
        context.GetStateStore<ITimestampedKeyValueStore<string, SyncControl>>(SynchronisationTopology.ControlStore);

    /// <summary>The last round.</summary>
    public long Round
    {
        get => _rounds.Get(RoundKey) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
        set => _rounds.Put(RoundKey, value.ToString(CultureInfo.InvariantCulture));
    }
}
