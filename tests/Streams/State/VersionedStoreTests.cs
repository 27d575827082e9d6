namespace MedStreams.Streams.Tests.State;

/// <summary>What a versioned store answers, in the corners that matter.</summary>
public sealed class VersionedStoreTests
{
    private const long Retention = 100_000;

    [Fact]
    public void A_late_version_holds_until_the_next_and_leaves_the_newest_alone()
    {
        using var task = new TaskFixture(Builder());
        var store = Store(task);
        Assert.Equal(VersionedPut.ValidToUndefined, store.Put("k", "late", 50));
        Assert.Equal(50, store.Put("k", "early", 10));
        Assert.Equal(new VersionedRecord<string>("late", 50), store.Get("k"));
        Assert.Equal("early", store.Get("k", 49)?.Value);
        Assert.Equal("late", store.Get("k", 50)?.Value);
        Assert.Null(store.Get("k", 9));
    }

    [Fact]
    public void A_deletion_ends_a_version_and_is_found_by_what_comes_late()
    {
        using var task = new TaskFixture(Builder());
        var store = Store(task);
        store.Put("k", "one", 10);
        Assert.Equal(new VersionedRecord<string>("one", 10), store.Delete("k", 30));
        Assert.Null(store.Get("k"));
        Assert.Equal("one", store.Get("k", 29)?.Value);
        Assert.Null(store.Get("k", 30));
        Assert.Equal(30, store.Put("k", "two", 20));
        Assert.Equal(
            [new VersionedRecord<string>("one", 10, 20), new VersionedRecord<string>("two", 20, 30)],
            store.GetVersions("k", 0, 100));
        Assert.Equal([new VersionedRecord<string>("two", 20, 30)], store.GetVersions("k", 20, 100, descending: true));
    }

    [Fact]
    public void What_is_older_than_the_history_is_not_put_but_logged()
    {
        using var task = new TaskFixture(Builder());
        var store = Store(task);
        store.Put("k", "new", Retention + 11);
        Assert.Equal(VersionedPut.NotPut, store.Put("k", "old", 10));
        Assert.Equal(Retention + 11, store.Put("k", "just", 11));
        Assert.Null(store.Delete("k", 10));
        Assert.Equal([Retention + 11, 10, 11, 10], task.Collector.Records.Select(r => r.Timestamp));
    }

    [Fact]
    public void The_newest_version_is_found_however_old_and_others_are_not()
    {
        using var task = new TaskFixture(Builder());
        var store = Store(task);
        store.Put("k", "first", 10);
        store.Put("k", "second", 20);
        store.Put("other", "x", (10 * Retention) + 20);
        Assert.Equal("second", store.Get("k", 20)?.Value);
        Assert.Null(store.Get("k", 19));
        task.Commit();
        Assert.Equal("second", store.Get("k", 20)?.Value);
        Assert.Equal([new VersionedRecord<string>("second", 20)], store.GetVersions("k", 0, long.MaxValue));
    }

    [Fact]
    public void Changes_are_logged_with_the_versions_times_and_restored()
    {
        using var task = new TaskFixture(Builder());
        var store = Store(task);
        task.At(99);
        store.Put("k", "a", 10);
        store.Put("k", null, 30);
        store.Put("k", "b", 20);
        Assert.Equal(["k:a@10", "k:@30", "k:b@20"], task.Collector.Records.Select(r => $"{r.KeyText}:{r.ValueText}@{r.Timestamp}"));
        using var restored = new TaskFixture(Builder());
        Restore(restored, task.Collector.Records);
        Assert.Equal(store.GetVersions("k", 0, 100), Store(restored).GetVersions("k", 0, 100));
        Assert.Equal(20, Store(restored).GetVersions("k", 0, 100)[0].ValidTo);
        restored.Reopen();
        Assert.Equal(store.GetVersions("k", 0, 100), Store(restored).GetVersions("k", 0, 100));
        Assert.Equal(3, restored.State.Positions["v"]);
    }

    [Fact]
    public void It_is_never_cached() => Assert.False(Builder().WithCachingEnabled().CachingEnabled);

    internal static StoreBuilder<IVersionedKeyValueStore<string, string>> Builder() =>
        Stores.VersionedKeyValueStoreBuilder(
            Stores.PersistentVersionedKeyValueStore("v", TimeSpan.FromMilliseconds(Retention)),
            TextSerde.Instance,
            TextSerde.Instance);

    internal static IVersionedKeyValueStore<string, string> Store(TaskFixture task) =>
        task.Store<IVersionedKeyValueStore<string, string>>("v");

    /// <summary>Writes records into the store as a restore does.</summary>
    internal static void Restore(TaskFixture task, IReadOnlyList<RecordingCollector.Sent> records)
    {
        var restorer = task.State.Restorer("v");
        for (var i = 0; i < records.Count; i++)
        {
            restorer.Add(new Processing.RawRecord
            {
                Key = records[i].Key,
                HasKey = true,
                Value = records[i].Value,
                HasValue = records[i].Value is not null,
                Timestamp = records[i].Timestamp,
                Metadata = new RecordMetadata("app-v-changelog", 0, i),
                Headers = Headers.Empty,
            });
            if (i % 7 == 6)
                restorer.Write(i + 1);
        }

        restorer.Write(records.Count);
    }
}
