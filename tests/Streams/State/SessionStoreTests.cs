using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

public sealed class SessionStoreTests
{
    private const long Minute = 60_000;

    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sessions_are_found_by_their_bounds(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<ISessionStore<string, string>>("s");
        store.Put(Session("a", 0, 10), "1");
        store.Put(Session("a", 20, 40), "2");
        store.Put(Session("ab", 20, 40), "3");
        task.Commit();
        store.Put(Session("a", 100, 6 * Minute), "4");

        Assert.Equal("2", store.FetchSession("a", 20, 40));
        Assert.Null(store.FetchSession("a", 20, 41));
        Assert.Equal(["1", "2", "4"], store.Fetch("a").Select(e => e.Value));
        Assert.Equal(["2"], store.FindSessions("a", 11, 20).Select(e => e.Value));
        Assert.Equal(["2", "4"], store.FindSessions("a", 40, 100).Select(e => e.Value));
        Assert.Empty(store.FindSessions("a", 41, 99));
        Assert.Equal(["1", "2", "3", "4"], store.Fetch("a", "ab").Select(e => e.Value).Order());
        Assert.Equal(["3"], store.Fetch("aa", null).Select(e => e.Value));
        store.Remove(Session("a", 20, 40));
        Assert.Equal(["1", "4"], store.Fetch("a").Select(e => e.Value));
        task.Commit();
        Assert.Equal(["1", "4"], store.Fetch("a").Select(e => e.Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sessions_expire_by_the_largest_end(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<SessionStore<string, string>>("s");
        store.Put(Session("a", 0, Minute), "1");
        store.Put(Session("a", 0, 2 * Minute), "2");
        task.Commit();
        store.Put(Session("b", 0, 11 * Minute), "3");
        Assert.Equal(["2", "3"], store.Fetch(null, null).Select(e => e.Value));
        Assert.Null(store.FetchSession("a", 0, Minute));
        store.Put(Session("late", 0, Minute), "4");
        Assert.Equal(1, store.ExpiredPuts);
        store.Put(Session("b", 0, 60 * Minute), "5");
        task.Commit();
        Assert.Equal(["5"], store.Fetch(null, null).Select(e => e.Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Changelog_keys_are_those_of_Kafka_Streams_and_restore_the_store(bool persistent)
    {
        using var task = Task(persistent);
        task.At(77);
        task.Store<ISessionStore<string, string>>("s").Put(Session("key", 1, 258), "v");
        var record = Assert.Single(task.Collector.Records);
        Assert.Equal("6B6579" + "0000000000000102" + "0000000000000001", Convert.ToHexString(record.Key!));
        Assert.Equal(77, record.Timestamp);

        using var other = Task(persistent);
        WindowStoreTests.Restore(other, task.Collector.Records);
        Assert.Equal(
            [KeyValuePair.Create(Session("key", 1, 258), "v")],
            other.Store<ISessionStore<string, string>>("s").Fetch("key"));
    }

    private static Windowed<string> Session(string key, long start, long end) => new(key, new Window(start, end));

    private static TaskFixture Task(bool persistent) => new(Stores.SessionStoreBuilder(
        persistent
            ? Stores.PersistentSessionStore("s", TimeSpan.FromMinutes(10))
            : Stores.InMemorySessionStore("s", TimeSpan.FromMinutes(10)),
        TextSerde.Instance,
        TextSerde.Instance));
}
