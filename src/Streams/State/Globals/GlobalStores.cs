using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>
/// The stores that an instance keeps whole, as its tasks see them: what their owner has committed, read without a lock where they lie in
/// RocksDB. Each task gets a typed store of its own over the shared bytes. Safe for use by several threads.
/// </summary>
/// <param name="state">The owner's state.</param>
/// <param name="context">The owner's context, which has the stores open.</param>
/// <param name="definitions">The stores.</param>
internal sealed class GlobalStores(TaskState state, TaskContext context, IReadOnlyList<StoreDefinition> definitions)
{
    public IReadOnlyList<StoreDefinition> Definitions => definitions;

    /// <summary>A store for a task to read; null where there is none of that name. One that is not the engine's own is shared as it is.</summary>
    public IStateStore? Open(string name, TaskContext task)
    {
        foreach (var definition in definitions)
        {
            if (definition.Name != name)
                continue;
            if (definition.Builder is not IEngineStoreBuilder)
                return context.Store(name);
            var store = definition.Builder.Build();
            store.Init(new StoreContext(task, null));
            return store;
        }

        return null;
    }

    /// <summary>The bytes of a store; null where there is none of that name.</summary>
    public StoreBytes? Bytes(string store) => state.TryBytes(store) is null ? null : state.SharedBytes(store);
}
