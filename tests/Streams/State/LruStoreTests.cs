namespace MedStreams.Streams.Tests.State;

/// <summary>Stores that keep the entries used last.</summary>
public sealed class LruStoreTests
{
    [Fact]
    public void What_was_used_longest_ago_goes_and_is_logged_as_deleted()
    {
        using var task = new TaskFixture(Builder());
        var store = Store(task);
        store.Put("a", "1");
        store.Put("b", "2");
        Assert.Equal("1", store.Get("a"));
        store.Put("c", "3");
        Assert.Null(store.Get("b"));
        Assert.Equal(["a=1", "c=3"], store.All().Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal(
            ["a=1", "b=2", "c=3", "b="], task.Collector.Records.Select(r => $"{r.KeyText}={r.ValueText}"));
    }

    [Fact]
    public void A_deletion_makes_room_and_a_new_value_takes_none()
    {
        using var task = new TaskFixture(Builder());
        var store = Store(task);
        store.Put("a", "1");
        store.Put("b", "2");
        store.Put("b", "3");
        Assert.Equal("1", store.Delete("a"));
        store.Put("c", "4");
        Assert.Equal("3", store.PutIfAbsent("b", "5"));
        task.Commit();
        Assert.Equal(["b=3", "c=4"], store.All().Select(e => $"{e.Key}={e.Value}"));
        store.Put("d", "6");
        Assert.Equal(["b=3", "d=6"], store.All().Select(e => $"{e.Key}={e.Value}"));
    }

    [Fact]
    public void The_order_of_the_changelog_is_that_of_use_after_a_restore()
    {
        using var task = new TaskFixture();
        task.Stores = [TaskFixture.Define(Builder())];
        task.Close();
        task.Open(state =>
        {
            var restorer = state.Restorer("s");
            restorer.Add(KeyValueStoreTests.Record("b", "1", 0));
            restorer.Add(KeyValueStoreTests.Record("a", "2", 0));
            restorer.Write(2);
        });
        Store(task).Put("c", "3");
        Assert.Equal(["a=2", "c=3"], Store(task).All().Select(e => $"{e.Key}={e.Value}"));
    }

    [Fact]
    public void A_cache_shows_what_went_below_it_as_long_as_it_has_room()
    {
        using var task = new TaskFixture(Builder().WithCachingEnabled());
        var store = Store(task);
        foreach (var key in new[] { "a", "b", "c" })
        {
            store.Put(key, "x");
            task.Commit();
        }

        Assert.Equal(["a=x", "b=x", "c=x"], store.All().Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal("a=", task.Collector.Records.Select(r => $"{r.KeyText}={r.ValueText}").Last());

        task.Cache.MaxBytes = 0;
        store.Put("d", "x");
        Assert.Equal(["c=x", "d=x"], store.All().Select(e => $"{e.Key}={e.Value}"));
    }

    [Fact]
    public void It_lies_in_memory_and_holds_at_least_one_entry()
    {
        Assert.False(Builder().Build().Persistent);
        Assert.Throws<ArgumentOutOfRangeException>(() => Stores.LruMap("s", 0));
    }

    private static StoreBuilder<IKeyValueStore<string, string>> Builder() =>
        Stores.KeyValueStoreBuilder(Stores.LruMap("s", 2), TextSerde.Instance, TextSerde.Instance);

    private static IKeyValueStore<string, string> Store(TaskFixture task) => task.Store<IKeyValueStore<string, string>>("s");
}
