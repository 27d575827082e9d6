using MedStreams.Streams.Processing;
using MedStreams.Streams.Queries;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

/// <summary>
/// Every range of every kind of store, forward and backward, with open and closed ends, against one plain list: over uncommitted writes, cached or
/// not, on disk and in memory; over what is committed, as queries see it, in pages; and over what another task restores from the changelog.
/// </summary>
public sealed class RangeModelTests
{
    private const long Unit = 20_000;
    private const long Retention = 6 * Unit;
    private static readonly string[] Keys = ["", "a", "a\0", "a\0\0\0", "ab", "b", "\u007f"];
    private static readonly string[] Kinds = ["key-value", "key-value-with-times", "window", "window-with-times", "session"];

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 2)]
    [InlineData(false, true, 3)]
    [InlineData(false, false, 4)]
    public void Every_range_agrees_with_a_list(bool persistent, bool caching, int seed)
    {
        var builders = Kinds.Select(kind => Builder(kind, persistent, caching)).ToArray();
        using var task = new TaskFixture(builders);
        var models = Kinds.ToDictionary(
            kind => kind, kind => new RangeModel(kind.StartsWith("key", StringComparison.Ordinal) ? null : Retention));
        var committed = 0;
        var script = new byte[4 * 1500];
        new Random(seed).NextBytes(script);
        for (var i = 0; i < script.Length; i += 4)
            committed = Step(task, models, script.AsSpan(i, 4), $"{i}", committed);
        foreach (var builder in builders)
        {
            var model = models[builder.Name];
            new RangeChecks(model.Committed, "a", "b", model.Now - Unit).Queries(builder.Name, Queryable(task, builder));
        }

        using var restored = new TaskFixture(builders);
        foreach (var (kind, model) in models)
        {
            Restore(restored, kind, task.Collector.Records[..committed]);
            model.Rollback();
            new RangeChecks(model.Committed, "a", "b", model.Now - Unit).Store(kind, restored.Store<IStateStore>(kind));
        }
    }

    // Answers how many records of the changelogs are committed.
    private static int Step(TaskFixture task, Dictionary<string, RangeModel> models, ReadOnlySpan<byte> step, string value, int committed)
    {
        var kind = Kinds[step[0] % Kinds.Length];
        var model = models[kind];
        var (key, other) = (Keys[step[1] % Keys.Length], Keys[step[2] % Keys.Length]);
        var end = Math.Max(0, model.Now + (((step[3] % 12) - 9) * Unit) + (step[3] % 3));
        switch (step[0] / Kinds.Length % 24)
        {
            case < 14:
                Put(task, kind, model, key, end, step[2], value);
                break;
            case < 17:
                Put(task, kind, model, key, end, step[2], null);
                break;
            case < 22:
                new RangeChecks(model.Rows, Bound(key), Bound(other), end).Store(kind, task.Store<IStateStore>(kind));
                break;
            case 22:
                task.Commit();
                foreach (var each in models.Values)
                    each.Commit();
                return task.Collector.Records.Count;
            default:
                task.State.Rollback();
                foreach (var each in models.Values)
                    each.Rollback();
                task.Collector.Records.RemoveRange(committed, task.Collector.Records.Count - committed);
                break;
        }

        return committed;
    }

    // The empty key stands for an open end here.
    private static string? Bound(string key) => key.Length == 0 ? null : key;

    private static LocalStore Queryable(TaskFixture task, IStoreBuilder builder)
    {
        var store = new QueryableStore((IEngineStoreBuilder)builder, task.State.TryBytes(builder.Name)!, "topic", null);
        var queryable = new QueryableTask(TaskFixture.Task, [store], new Lock()) { IsActive = true };
        return new LocalStore(builder.Name, () => [queryable]);
    }

    private static void Restore(TaskFixture task, string store, List<RecordingCollector.Sent> log)
    {
        var restorer = task.State.Restorer(store);
        foreach (var record in log.Where(r => r.Partition.Topic == $"app-{store}-changelog"))
        {
            restorer.Add(new RawRecord
            {
                Key = record.Key,
                HasKey = true,
                Value = record.Value,
                HasValue = record.Value is not null,
                Timestamp = record.Timestamp,
                Headers = record.Headers,
            });
        }

        restorer.Write(log.Count);
    }

    private static void Put(TaskFixture task, string kind, RangeModel model, string key, long end, int length, string? value)
    {
        var timed = value is null ? (ValueAndTimestamp<string>?)null : new ValueAndTimestamp<string>(value, 5);
        var start = kind == "session" ? Math.Max(0, end - (length % 4 * Unit)) : end;
        switch (kind)
        {
            case "key-value":
                (start, end) = (0, 0);
                task.Store<IKeyValueStore<string, string>>(kind).PutAll([new(key, value)]);
                break;
            case "key-value-with-times":
                (start, end) = (0, 0);
                task.Store<ITimestampedKeyValueStore<string, string>>(kind).Put(key, timed);
                break;
            case "window":
                task.Store<IWindowStore<string, string>>(kind).Put(key, value, end);
                break;
            case "window-with-times":
                task.Store<ITimestampedWindowStore<string, string>>(kind).Put(key, timed, end);
                break;
            default:
                task.Store<ISessionStore<string, string>>(kind).Put(new(key, new(start, end)), value);
                break;
        }

        model.Put(key, start, end, value);
    }

    private static IStoreBuilder Builder(string kind, bool persistent, bool caching)
    {
        var (retention, size) = (TimeSpan.FromMilliseconds(Retention), TimeSpan.FromMilliseconds(Unit));
        var keyed = persistent ? Stores.PersistentKeyValueStore(kind) : Stores.InMemoryKeyValueStore(kind);
        var windowed = persistent
            ? Stores.PersistentWindowStore(kind, retention, size)
            : Stores.InMemoryWindowStore(kind, retention, size);
        var sessions = persistent ? Stores.PersistentSessionStore(kind, retention) : Stores.InMemorySessionStore(kind, retention);
        var text = TextSerde.Instance;
        return kind switch
        {
            "key-value" => Cached(Stores.KeyValueStoreBuilder(keyed, text, text)),
            "key-value-with-times" => Cached(Stores.TimestampedKeyValueStoreBuilder(keyed, text, text)),
            "window" => Cached(Stores.WindowStoreBuilder(windowed, text, text)),
            "window-with-times" => Cached(Stores.TimestampedWindowStoreBuilder(windowed, text, text)),
            _ => Cached(Stores.SessionStoreBuilder(sessions, text, text)),
        };

        IStoreBuilder Cached<TStore>(StoreBuilder<TStore> builder)
            where TStore : class, IStateStore => caching ? builder.WithCachingEnabled() : builder;
    }
}
