using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

public sealed class CachingTests
{
    [Fact]
    public void Only_the_last_write_of_a_key_goes_on_in_the_order_of_last_writes()
    {
        using var task = Task(out var flushed, sendOldValues: true);
        var store = task.Store<IKeyValueStore<string, string>>("s");
        Put(task, "a", "1", 10);
        Put(task, "b", "1", 20);
        Put(task, "a", "2", 30);
        Assert.Equal("2", store.Get("a"));
        Assert.Empty(task.Collector.Records);

        task.Commit();
        Assert.Equal([("b", "1", 20L), ("a", "2", 30L)], task.Collector.Records.Select(r => (r.KeyText!, r.ValueText!, r.Timestamp)));
        Assert.Equal(["b:->1@20", "a:->2@30"], flushed);

        flushed.Clear();
        Put(task, "a", "3", 40);
        Put(task, "a", "4", 50);
        Put(task, "b", null, 60);
        store.Flush();
        Assert.Equal(["a:2->4@50", "b:1->@60"], flushed);
        flushed.Clear();
        Put(task, "a", "5", 70);
        Put(task, "b", "6", 80);
        store.Flush();
        Assert.Equal(["a:4->5@70", "b:->6@80"], flushed);
    }

    [Fact]
    public void A_key_that_came_and_went_between_two_flushes_was_never_there()
    {
        using var task = Task(out var flushed, sendOldValues: false);
        Put(task, "a", "1", 10);
        Put(task, "a", null, 20);
        task.Commit();
        Assert.Empty(flushed);
        Assert.Empty(task.Collector.Records);
    }

    [Fact]
    public void Old_values_are_left_out_where_nobody_wants_them()
    {
        using var task = Task(out var flushed, sendOldValues: false);
        Put(task, "a", "1", 10);
        task.Commit();
        Put(task, "a", "2", 20);
        task.Commit();
        Put(task, "a", null, 30);
        task.Commit();
        Assert.Equal(["a:->1@10", "a:->2@20", "a:->@30"], flushed);
    }

    [Fact]
    public void The_context_of_the_cached_record_is_there_while_it_goes_on()
    {
        using var task = Task(out _, sendOldValues: false);
        var seen = new List<(RecordMetadata, long, Headers)>();
        ((ICachedStore<string, string>)task.Context.Store("s")!).SetFlushListener(
            (in Record<string, Change<string?>> r) =>
                seen.Add((task.Context.Current, task.Context.CurrentTimestamp, r.Headers)),
            sendOldValues: false);
        var headers = new Headers(new Header("h", new byte[] { 1 }));
        task.At(10, headers);
        task.Store<IKeyValueStore<string, string>>("s").Put("a", "1");
        task.At(99);
        task.Commit();
        Assert.Equal([(new RecordMetadata("input", 0, 10), 10L, headers)], seen);
        Assert.Equal((new RecordMetadata("input", 0, 99), 99L), (task.Context.Current, task.Context.CurrentTimestamp));
        Assert.Empty(task.Collector.Records[0].Headers);
    }

    [Fact]
    public void Over_its_share_the_cache_goes_on_at_once()
    {
        using var task = Task(out var flushed, sendOldValues: false);
        task.Cache.MaxBytes = 0;
        Put(task, "a", "1", 10);
        Put(task, "a", "2", 20);
        Assert.Equal(["a:->1@10", "a:->2@20"], flushed);
        Assert.Equal(0, task.Cache.UsedBytes);
        task.Cache.MaxBytes = 200;
        Put(task, "b", "1", 30);
        Assert.Equal(2, flushed.Count);
        Assert.InRange(task.Cache.UsedBytes, 1, 200);
        Put(task, "c", new string('x', 200), 40);
        Assert.Equal(4, flushed.Count);
    }

    [Fact]
    public void A_rollback_forgets_what_was_held_back()
    {
        using var task = Task(out var flushed, sendOldValues: true);
        Put(task, "a", "1", 10);
        task.Commit();
        Put(task, "a", "2", 20);
        task.State.Rollback();
        Assert.Equal(0, task.Cache.UsedBytes);
        Put(task, "a", "3", 30);
        task.Commit();
        Assert.Equal(["a:->1@10", "a:1->3@30"], flushed);
    }

    [Fact]
    public void Listeners_may_write_to_the_store_they_listen_to()
    {
        using var task = Task(out var flushed, sendOldValues: true);
        var store = task.Store<IKeyValueStore<string, string>>("s");
        var cached = (ICachedStore<string, string>)store;
        cached.SetFlushListener(
            (in Record<string, Change<string?>> r) =>
            {
                flushed.Add($"{r.Key}:{r.Value.Old}->{r.Value.New}");
                if (r.Key == "a" && r.Value.New == "1")
                {
                    store.Put("b", "from a");
                    store.Put("c", "from a");
                    store.Put("a", "again");
                }
            },
            sendOldValues: true);
        Put(task, "a", "1", 10);
        Put(task, "b", "1", 20);
        store.Flush();
        Assert.Equal(["a:->1"], flushed);
        store.Flush();
        Assert.Equal(["a:->1", "b:->from a", "c:->from a", "a:1->again"], flushed);
        Assert.False(((IEngineStore)store).HasUnflushed);
    }

    [Fact]
    public void Windows_and_sessions_go_on_with_their_windows()
    {
        using var task = new TaskFixture(
            Stores.TimestampedWindowStoreBuilder(
                Stores.PersistentWindowStore("w", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)),
                TextSerde.Instance,
                TextSerde.Instance).WithCachingEnabled(),
            Stores.SessionStoreBuilder(
                Stores.InMemorySessionStore("s", TimeSpan.FromMinutes(10)),
                TextSerde.Instance,
                TextSerde.Instance).WithCachingEnabled());
        var flushed = new List<string>();
        var windows = task.Store<ITimestampedWindowStore<string, string>>("w");
        ((ICachedStore<Windowed<string>, ValueAndTimestamp<string>?>)windows).SetFlushListener(
            (in Record<Windowed<string>, Change<ValueAndTimestamp<string>?>> r) =>
                flushed.Add($"{r.Key}: {r.Value.Old} -> {r.Value.New?.Value} at {r.Value.New?.Timestamp}"),
            sendOldValues: true);
        var sessions = task.Store<ISessionStore<string, string>>("s");
        ((ICachedStore<Windowed<string>, string>)sessions).SetFlushListener(
            (in Record<Windowed<string>, Change<string?>> r) => flushed.Add($"{r.Key}: {r.Value.New}"), sendOldValues: true);
        windows.Put("a", new ValueAndTimestamp<string>("1", 5), 0);
        sessions.Put(new Windowed<string>("b", new Window(3, 4)), "2");
        task.Commit();
        Assert.Equal(["[a@0/60000]:  -> 1 at 5", "[b@3/4]: 2"], flushed);
    }

    [Fact]
    public void A_store_without_a_cache_never_calls()
    {
        using var task = new TaskFixture(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore("s"), TextSerde.Instance, TextSerde.Instance));
        var cached = (ICachedStore<string, string>)task.Context.Store("s")!;
        Assert.False(cached.SetFlushListener((in Record<string, Change<string?>> _) => Assert.Fail(), true));
        Put(task, "a", "1", 10);
        task.Commit();
        Assert.Single(task.Collector.Records);
    }

    private static void Put(TaskFixture task, string key, string? value, long timestamp)
    {
        task.At(timestamp);
        task.Store<IKeyValueStore<string, string>>("s").Put(key, value);
    }

    private static TaskFixture Task(out List<string> flushed, bool sendOldValues)
    {
        var task = new TaskFixture(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore("s"), TextSerde.Instance, TextSerde.Instance).WithCachingEnabled());
        var list = flushed = [];
        Assert.True(((ICachedStore<string, string>)task.Context.Store("s")!).SetFlushListener(
            (in Record<string, Change<string?>> r) => list.Add($"{r.Key}:{r.Value.Old}->{r.Value.New}@{r.Timestamp}"),
            sendOldValues));
        return task;
    }
}
