using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>A table of sessions, always kept in a store.</summary>
internal sealed class SessionTable<TKey, TValue>(string store) : TableValues<Windowed<TKey>, TValue>
{
    public override bool EnableOldValues(bool force) => SendsOldValues = true;

    public override TableGetters<Windowed<TKey>, TValue> Getters() => new([store], task => new Getter(task, store));

    private sealed class Getter(TaskContext task, string store) : TableGetter<Windowed<TKey>, TValue>
    {
        private readonly ISessionStore<TKey, TValue> _store = (ISessionStore<TKey, TValue>)task.Store(store)!;

        public override ValueAndTimestamp<TValue>? Get(Windowed<TKey> key) =>
            _store.FetchSession(key.Key, key.Window.Start, key.Window.End) is { } value
                ? new ValueAndTimestamp<TValue>(value, key.Window.End)
                : null;
    }
}
