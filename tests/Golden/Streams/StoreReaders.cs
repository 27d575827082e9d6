using System.Text.Json.Nodes;
using MedStreams.Streams;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Shows stores as the vectors do: sorted by key, then window; values as text.</summary>
internal static class StoreReaders
{
    public static StoreReader KeyValue<TValue>(string name) =>
        new(name, stores => Sorted(stores.Get<IReadOnlyKeyValueStore<string, TValue>>(name).All()
            .Select(e => (e.Key, 0L, 0L, Entry(e.Key, null, e.Value, null)))));

    public static StoreReader Timestamped<TValue>(string name) =>
        new(name, stores => Sorted(stores.Get<ITimestampedKeyValueStore<string, TValue>>(name).All()
            .Select(e => (e.Key, 0L, 0L, Entry(e.Key, null, e.Value!.Value.Value, e.Value.Value.Timestamp)))));

    public static StoreReader Window<TValue>(string name, long retention) =>
        new(name, stores => Sorted(stores.Get<IWindowStore<string, TValue>>(name).All()
            .Select(e => (e.Key.Key, e.Key.Window.Start, e.Key.Window.End, Entry(e.Key.Key, e.Key.Window, e.Value, null)))))
        {
            Retention = retention,
        };

    public static StoreReader TimestampedWindow<TValue>(string name, long retention) =>
        new(name, stores => Sorted(stores.Get<ITimestampedWindowStore<string, TValue>>(name).All()
            .Select(e => (
                e.Key.Key,
                e.Key.Window.Start,
                e.Key.Window.End,
                Entry(e.Key.Key, e.Key.Window, e.Value!.Value.Value, e.Value.Value.Timestamp)))))
        {
            Retention = retention,
        };

    public static StoreReader Session<TValue>(string name, long retention) =>
        new(name, stores => Sorted(stores.Get<ISessionStore<string, TValue>>(name).Fetch(null, null)
            .Select(e => (e.Key.Key, e.Key.Window.Start, e.Key.Window.End, Entry(e.Key.Key, e.Key.Window, e.Value, null)))))
        {
            Retention = retention,
            IsSession = true,
        };

    /// <summary>The history of each key, asked for every 2.5 s.</summary>
    public static StoreReader Versioned(string name) =>
        new(name, stores =>
        {
            var store = stores.Get<IReadOnlyVersionedKeyValueStore<string, string>>(name);
            var entries = new JsonArray();
            foreach (var key in new[] { "a", "b", "c", "d", "e" })
            {
                for (var asOf = 0L; asOf <= 120_000; asOf += 2_500)
                {
                    if (store.Get(key, asOf) is { } version)
                    {
                        entries.Add(new JsonObject
                        {
                            ["key"] = key,
                            ["asOf"] = asOf,
                            ["value"] = version.Value,
                            ["timestamp"] = version.Timestamp,
                        });
                    }
                }
            }

            return entries;
        });

    private static JsonArray Sorted(IEnumerable<(string Key, long Start, long End, JsonObject Entry)> entries) =>
        [.. entries.OrderBy(e => e.Key, StringComparer.Ordinal).ThenBy(e => e.Start).ThenBy(e => e.End).Select(e => e.Entry)];

    private static JsonObject Entry(string key, Window? window, object? value, long? timestamp)
    {
        var entry = new JsonObject { ["key"] = key };
        if (window is { } w)
        {
            entry["start"] = w.Start;
            entry["end"] = w.End;
        }

        entry["value"] = value?.ToString();
        if (timestamp is not null)
            entry["timestamp"] = timestamp;
        return entry;
    }
}
