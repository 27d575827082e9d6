using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Tests.State;

public sealed class KeyValueStoreTests
{
    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reads_see_uncommitted_and_committed_writes_in_order(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<IKeyValueStore<string, string>>("s");
        store.Put("b", "1");
        store.Put("d", "1");
        store.Put("a", "1");
        task.Commit();
        store.Put("c", "2");
        store.Put("b", null);
        store.Put("a", "2");

        Assert.Equal("2", store.Get("a"));
        Assert.Null(store.Get("b"));
        Assert.Equal(["a=2", "c=2", "d=1"], Text(store.All()));
        Assert.Equal(["d=1", "c=2", "a=2"], Text(store.ReverseAll()));
        Assert.Equal(["c=2", "d=1"], Text(store.Range("b", "d")));
        Assert.Equal(["c=2"], Text(store.Range("b", "c")));
        Assert.Equal(["c=2", "a=2"], Text(store.ReverseRange(null, "c")));
        task.State.Rollback();
        Assert.Equal(["a=1", "b=1", "d=1"], Text(store.All()));
    }

    [Fact]
    public void A_restart_goes_on_at_the_committed_position()
    {
        using var task = Task(persistent: true);
        task.Store<IKeyValueStore<string, string>>("s").Put("a", "1");
        task.Commit();
        task.Store<IKeyValueStore<string, string>>("s").Put("a", "2");
        task.Reopen();
        Assert.Equal("1", task.Store<IKeyValueStore<string, string>>("s").Get("a"));
        Assert.Equal(1, task.State.Positions["s"]);
    }

    [Fact]
    public void A_store_in_memory_forgets_its_position_with_its_content()
    {
        using var task = Task(persistent: false);
        task.Store<IKeyValueStore<string, string>>("s").Put("a", "1");
        task.Commit();
        Assert.Equal(1, task.State.Positions["s"]);
        task.Reopen();
        Assert.Null(task.State.Positions["s"]);
        Assert.Null(task.Store<IKeyValueStore<string, string>>("s").Get("a"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_store_may_be_changed_while_it_is_walked(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<IKeyValueStore<string, string>>("s");
        foreach (var key in new[] { "a", "b", "c", "d" })
            store.Put(key, "1");
        task.Commit();
        store.Put("c", "2");
        var seen = new List<string>();
        foreach (var (key, value) in store.All())
        {
            seen.Add($"{key}={value}");
            store.Put(key + "x", "new");
            store.Put("b", null);
            store.Put("d", "3");
            store.Put(key, null);
        }

        Assert.Equal(["a=1", "c=2", "d=3"], seen);
        Assert.Equal(["ax=new", "cx=new", "dx=new"], Text(store.All()));
    }

    [Fact]
    public void An_iterator_does_not_outlive_a_commit()
    {
        using var task = Task(persistent: true);
        var store = task.Store<IKeyValueStore<string, string>>("s");
        store.Put("a", "1");
        store.Put("b", "1");
        using var walk = store.All().GetEnumerator();
        Assert.True(walk.MoveNext());
        task.Commit();
        Assert.Throws<InvalidOperationException>(() => walk.MoveNext());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_prefix_scan_finds_what_begins_with_it(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<IKeyValueStore<string, string>>("s");
        foreach (var key in new[] { "a", "ab", "abc", "ac", "b" })
            store.Put(key, "1");
        task.Commit();
        store.Put("abd", "2");
        Assert.Equal(["ab=1", "abc=1", "abd=2"], Text(store.PrefixScan("ab", TextSerde.Instance)));
    }

    [Fact]
    public void Put_if_absent_and_delete_answer_what_was_there()
    {
        using var task = Task(persistent: true);
        var store = task.Store<IKeyValueStore<string, string>>("s");
        Assert.Null(store.PutIfAbsent("a", "1"));
        Assert.Equal("1", store.PutIfAbsent("a", "2"));
        Assert.Equal("1", store.Delete("a"));
        Assert.Null(store.Delete("a"));
        Assert.Equal(["a=1", "a=", "a="], task.Collector.Records.Select(r => $"{r.KeyText}={r.ValueText}"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Delete_deletes_values_of_a_type_without_null(bool persistent)
    {
        using var task = new TaskFixture(Stores.KeyValueStoreBuilder(
            persistent ? Stores.PersistentKeyValueStore("s") : Stores.InMemoryKeyValueStore("s"), TextSerde.Instance, Serdes.Int64));
        var store = task.Store<IKeyValueStore<string, long>>("s");
        store.Put("a", 5);
        task.Commit();

        Assert.Equal(5, store.Delete("a"));
        Assert.Empty(store.All());
        task.Commit();
        Assert.Empty(store.All());
        Assert.True(string.IsNullOrEmpty(task.Collector.Records[^1].ValueText));
    }

    [Fact]
    public void Changes_of_timestamped_stores_are_logged_plain_with_their_time()
    {
        using var task = new TaskFixture(Stores.TimestampedKeyValueStoreBuilder(
            Stores.PersistentKeyValueStore("s"), TextSerde.Instance, TextSerde.Instance));
        var store = task.Store<ITimestampedKeyValueStore<string, string>>("s");
        task.At(7);
        store.Put("a", new ValueAndTimestamp<string>("1", 5));
        store.Put("b", null);

        Assert.Equal(new ValueAndTimestamp<string>("1", 5), store.Get("a"));
        Assert.Equal(
            [("a", "1", 5L), ("b", null, 7L)],
            task.Collector.Records.Select(r => (r.KeyText!, r.ValueText, r.Timestamp)));
        Assert.All(task.Collector.Records, r => Assert.Equal(new TopicPartition("app-s-changelog", 0), r.Partition));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_store_is_restored_from_its_changelog(bool persistent)
    {
        using var task = new TaskFixture(Stores.TimestampedKeyValueStoreBuilder(
            persistent ? Stores.PersistentKeyValueStore("s") : Stores.InMemoryKeyValueStore("s"),
            TextSerde.Instance,
            TextSerde.Instance));
        var restorer = task.State.Restorer("s");
        restorer.Add(Record("a", "1", 5));
        restorer.Add(Record("b", "1", 6));
        restorer.Add(Record("b", null, 7));
        restorer.Write(12);

        var store = task.Store<ITimestampedKeyValueStore<string, string>>("s");
        Assert.Equal([("a", new ValueAndTimestamp<string>("1", 5))], store.All().Select(e => (e.Key, e.Value!.Value)));
        Assert.Equal(12, task.State.Positions["s"]);
    }

    internal static RawRecord Record(string key, string? value, long timestamp) => new()
    {
        Key = System.Text.Encoding.UTF8.GetBytes(key),
        HasKey = true,
        Value = value is null ? default : System.Text.Encoding.UTF8.GetBytes(value),
        HasValue = value is not null,
        Timestamp = timestamp,
        Headers = Headers.Empty,
    };

    private static TaskFixture Task(bool persistent) => new(Stores.KeyValueStoreBuilder(
        persistent ? Stores.PersistentKeyValueStore("s") : Stores.InMemoryKeyValueStore("s"),
        TextSerde.Instance,
        TextSerde.Instance));

    private static IEnumerable<string> Text(IEnumerable<KeyValuePair<string, string>> entries) =>
        entries.Select(e => $"{e.Key}={e.Value}");
}
