using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>A table of windows, always kept in a store.</summary>
internal sealed class WindowedTable<TKey, TValue>(string store) : TableValues<Windowed<TKey>, TValue>
{
    public override bool EnableOldValues(bool force) => SendsOldValues = true;

    public override TableGetters<Windowed<TKey>, TValue> Getters()
    {
        IsLookedUp = true;
        return new([store], task => new Getter(task, store));
    }

    private sealed class Getter(TaskContext task, string store) : TableGetter<Windowed<TKey>, TValue>
    {
        private readonly ITimestampedWindowStore<TKey, TValue> _store =
            (ITimestampedWindowStore<TKey, TValue>)task.Store(store)!;

        public override ValueAndTimestamp<TValue>? Get(Windowed<TKey> key) => _store.Fetch(key.Key, key.Window.Start);
    }
}
