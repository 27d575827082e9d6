using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

public sealed class WindowStoreTests
{
    private const long Minute = 60_000;

    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Windows_are_fetched_by_key_and_time(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<IWindowStore<string, string>>("w");
        store.Put("a", "1", 0);
        store.Put("a", "2", 5 * Minute);
        store.Put("ab", "3", 5 * Minute);
        task.Commit();
        store.Put("a", "4", 7 * Minute);
        store.Put("b", "5", 7 * Minute);

        Assert.Equal("2", store.Fetch("a", 5 * Minute));
        Assert.Null(store.Fetch("a", Minute));
        Assert.Equal([(0, "1"), (5 * Minute, "2"), (7 * Minute, "4")], store.Fetch("a", 0, long.MaxValue).Select(e => (e.Key, e.Value)));
        Assert.Equal([5 * Minute, 0], store.BackwardFetch("a", 0, 6 * Minute).Select(e => e.Key));
        Assert.Equal([5 * Minute], store.Fetch("a", 1, 5 * Minute).Select(e => e.Key));
        Assert.Equal(["1", "2", "3", "4", "5"], store.All().Select(e => e.Value).Order());
        Assert.Equal(["2", "3"], store.FetchAll(5 * Minute, 6 * Minute).Select(e => e.Value));
        Assert.Equal(["3", "5"], store.Fetch("aa", "b", 0, long.MaxValue).Select(e => e.Value));
        Assert.Equal(["1", "2", "4"], store.Fetch(null, "a", 0, long.MaxValue).Select(e => e.Value).Order());
        Assert.Equal(new Windowed<string>("b", new Window(7 * Minute, 8 * Minute)), store.Fetch("b", "b", 0, long.MaxValue).Single().Key);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Windows_expire_by_stream_time(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<WindowStore<string, string>>("w");
        store.Put("a", "1", 0);
        store.Put("a", "2", Minute);
        task.Commit();
        store.Put("b", "3", 10 * Minute);
        Assert.Null(store.Fetch("a", 0));
        Assert.Equal("2", store.Fetch("a", Minute));
        Assert.Equal(["2", "3"], store.All().Select(e => e.Value));

        store.Put("late", "4", 0);
        Assert.Equal(1, store.ExpiredPuts);
        Assert.Equal(3, task.Collector.Records.Count);

        task.State.Rollback();
        Assert.Equal("1", store.Fetch("a", 0));
        store.Put("b", "3", 60 * Minute);
        task.Commit();
        Assert.Equal(["3"], store.All().Select(e => e.Value));
    }

    [Fact]
    public void Expired_segments_are_dropped_from_disk_and_stream_time_survives_a_restart()
    {
        using var task = Task(persistent: true);
        for (var minute = 0; minute < 100; minute++)
            task.Store<IWindowStore<string, string>>("w").Put("a", "1", minute * Minute);
        task.Commit();
        task.Reopen();
        var bytes = task.State.Bytes("w");
        Assert.Equal(99 * Minute, bytes.StreamTime);
        using var cursor = bytes.Scan(KeyRange.All);
        Assert.True(cursor.MoveNext());
        Assert.Equal(85 * Minute, StoreKeys.WindowStart(cursor.Key));
        Assert.Null(task.Store<IWindowStore<string, string>>("w").Fetch("a", 89 * Minute));
        task.Store<IWindowStore<string, string>>("w").Put("a", "late", 89 * Minute);
        Assert.Equal(10, task.Store<IWindowStore<string, string>>("w").All().Count());
    }

    [Fact]
    public void Changelog_keys_are_those_of_Kafka_Streams()
    {
        using var task = new TaskFixture(Stores.TimestampedWindowStoreBuilder(
            Stores.PersistentTimestampedWindowStore("w", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)),
            TextSerde.Instance,
            TextSerde.Instance));
        task.Store<ITimestampedWindowStore<string, string>>("w").Put("key", new ValueAndTimestamp<string>("v", 61_234), Minute);
        var record = Assert.Single(task.Collector.Records);
        Assert.Equal("6B6579" + "000000000000EA60" + "00000000", Convert.ToHexString(record.Key!));
        Assert.Equal("v", record.ValueText);
        Assert.Equal(61_234, record.Timestamp);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Duplicates_are_kept_apart_also_after_a_restart_and_a_restore(bool persistent)
    {
        using var task = new TaskFixture(Stores.WindowStoreBuilder(
            persistent
                ? Stores.PersistentWindowStore("w", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1), true)
                : Stores.InMemoryWindowStore("w", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1), true),
            TextSerde.Instance,
            TextSerde.Instance).WithCachingEnabled());
        task.Store<IWindowStore<string, string>>("w").Put("a", "1", 0);
        task.Store<IWindowStore<string, string>>("w").Put("a", "2", 0);
        task.Store<IWindowStore<string, string>>("w").Put("a", null, 0);
        Assert.Equal(["000000000000000000000001", "000000000000000000000002"],
            task.Collector.Records.Select(r => Convert.ToHexString(r.Key.AsSpan(1))));
        task.Commit();
        var log = task.Collector.Records.ToList();
        task.Reopen();
        if (!persistent)
            Restore(task, log);
        task.Store<IWindowStore<string, string>>("w").Put("a", "3", 0);
        Assert.Equal(["1", "2", "3"], task.Store<IWindowStore<string, string>>("w").Fetch("a", 0, 0).Select(e => e.Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_window_store_is_restored_from_its_changelog(bool persistent)
    {
        using var task = Task(persistent);
        var store = task.Store<IWindowStore<string, string>>("w");
        for (var minute = 0; minute < 30; minute++)
            store.Put("a", $"{minute}", minute * Minute);
        store.Put("a", null, 25 * Minute);
        task.Commit();
        var expected = store.All().ToList();
        using var other = Task(persistent);
        Restore(other, task.Collector.Records);
        Assert.Equal(expected, other.Store<IWindowStore<string, string>>("w").All());
        Assert.Equal(29 * Minute, other.State.Bytes("w").StreamTime);
        Assert.Equal(31, other.State.Positions["w"]);
        using var cursor = other.State.Bytes("w").Scan(KeyRange.All);
        Assert.True(cursor.MoveNext());
        Assert.True(StoreKeys.WindowStart(cursor.Key) >= 15 * Minute);
    }

    [Fact]
    public void A_foreign_changelog_key_is_refused()
    {
        using var task = Task(persistent: true);
        var error = Assert.Throws<StreamsException>(
            () => task.State.Restorer("w").Add(KeyValueStoreTests.Record("short", "1", 0)));
        Assert.DoesNotContain("short,", error.Message, StringComparison.Ordinal);
        Assert.Equal(TaskFixture.Task, error.Task);
    }

    [Fact]
    public void Retention_and_segments_follow_Kafka_Streams()
    {
        Assert.Equal(Minute, Stores.PersistentWindowStore("w", TimeSpan.FromMinutes(1), TimeSpan.Zero).SegmentInterval);
        Assert.Equal(5 * Minute, Stores.InMemoryWindowStore("w", TimeSpan.FromMinutes(10), TimeSpan.Zero).SegmentInterval);
        Assert.Equal(12 * 60 * Minute, Stores.PersistentSessionStore("s", TimeSpan.FromDays(1)).SegmentInterval);
        Assert.Throws<ArgumentException>(() => Stores.PersistentWindowStore("w", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Stores.PersistentSessionStore("s", TimeSpan.FromTicks(-1)));
    }

    internal static void Restore(TaskFixture task, IReadOnlyList<RecordingCollector.Sent> log)
    {
        var restorer = task.State.Restorer(task.State.Changelogs[0].Store);
        foreach (var record in log)
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

    private static TaskFixture Task(bool persistent) => new(Stores.WindowStoreBuilder(
        persistent
            ? Stores.PersistentWindowStore("w", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1))
            : Stores.InMemoryWindowStore("w", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)),
        TextSerde.Instance,
        TextSerde.Instance));
}
