using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>
/// The stores of a task that users wrote. They are open, and empty, before they are restored; how they keep their content is their own
/// business, so they are restored from the beginning each time. Owned by the task's thread.
/// </summary>
internal sealed class OwnStores
{
    private readonly Dictionary<string, (IStateStore Store, StoreContext Context)> _stores = new(StringComparer.Ordinal);

    /// <summary>Makes and opens the stores.</summary>
    /// <exception cref="StreamsException">One that has a changelog does not say how it is restored.</exception>
    public void Open(
        TaskContext task, IEnumerable<StoreDefinition> definitions, Func<string, StoreChangelog?> changelogOf)
    {
        foreach (var definition in definitions.Where(d => d.Builder is not IEngineStoreBuilder))
        {
            var changelog = changelogOf(definition.Name);
            var store = definition.Builder.Build();
            var context = new StoreContext(task, changelog);
            _stores.Add(definition.Name, (store, context));
            store.Init(context);
            if (changelog is not null && context.Restore is null)
            {
                throw new StreamsException(
                    $"The store {definition.Name} has a changelog and does not say how it is restored: call Register in Init, or "
                    + "switch logging off.")
                {
                    Task = task.TaskId,
                };
            }
        }
    }

    /// <summary>The store of that name; null where it is the engine's own.</summary>
    public IStateStore? Find(string name) => _stores.TryGetValue(name, out var own) ? own.Store : null;

    /// <summary>How a store takes what its changelog holds; null where there is no such store.</summary>
    public StateRestoreCallback? RestoreOf(string name) =>
        _stores.TryGetValue(name, out var own) ? own.Context.Restore : null;

    /// <summary>Closes all, used or not.</summary>
    public void Close()
    {
        foreach (var (store, _) in _stores.Values)
        {
            if (store.IsOpen)
                store.Close();
        }

        _stores.Clear();
    }
}
