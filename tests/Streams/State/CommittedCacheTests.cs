using System.Globalization;
using System.Text;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Tests.State;

/// <summary>Committed entries that stay in managed memory: never stale, bounded, and given up where they are of no use.</summary>
public sealed class CommittedCacheTests
{
    private const long Bound = 64 * 1024;

    [Fact]
    public void Reads_after_a_commit_are_answered_from_memory_and_show_what_was_committed_last()
    {
        using var task = Task();
        var store = Store(task);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal(round == 0 ? null : $"{round - 1}", store.Get(Key(i)));
                store.Put(Key(i), $"{round}");
            }

            task.Commit();
        }

        store.Delete(Key(7));
        task.Commit();
        Assert.Null(store.Get(Key(7)));
        Assert.Equal("2", store.Get(Key(8)));
        Assert.Equal(100, task.State.Bytes("s").Cache!.Count);
        Assert.Null(store.Get("absent")); // which is remembered too
        Assert.Equal(101, task.State.Bytes("s").Cache!.Count);
    }

    [Fact]
    public void What_is_rolled_back_is_not_kept()
    {
        using var task = Task();
        var store = Store(task);
        Assert.Null(store.Get("a"));
        store.Put("a", "committed");
        task.Commit();
        store.Put("a", "lost");
        store.Put("b", "lost");
        task.State.Rollback();
        Assert.Equal("committed", store.Get("a"));
        Assert.Null(store.Get("b"));
    }

    [Fact]
    public void Another_task_state_begins_without_entries()
    {
        using var task = Task();
        Assert.Null(Store(task).Get("a"));
        Store(task).Put("a", "1");
        task.Commit();
        task.Reopen();
        Assert.Equal(0, task.State.Bytes("s").Cache!.Count);
        Assert.Equal(0, task.Cache.CommittedBytes);
        Assert.Equal("1", Store(task).Get("a"));
    }

    [Fact]
    public void Entries_stay_within_the_bound_and_those_beyond_are_read_from_disk()
    {
        using var task = Task();
        var store = Store(task);
        task.Cache.MaxBytes = Bound;
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 5_000; i++)
            {
                Assert.Equal(round == 0 ? null : $"{i} {round - 1}", store.Get(Key(i)));
                store.Put(Key(i), $"{i} {round}");
            }

            task.Commit();
            Assert.InRange(task.Cache.CommittedBytes, 1, Bound * 5 / 4);
        }
    }

    [Fact]
    public void A_cache_that_is_never_hit_is_emptied_and_rests()
    {
        var budget = new CacheBudget(Bound);
        var cache = new CommittedCache(budget);
        for (var i = 0; i < 20_000; i++)
            Read(cache, i);
        Assert.InRange(cache.Count, 100, 5_000);
        cache.Judge();
        Assert.Equal(0, cache.Count);
        Assert.Equal(0, budget.CommittedBytes);
        for (var i = 0; i < 1_000; i++)
            Read(cache, i);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void A_full_cache_that_is_hit_keeps_its_entries()
    {
        var budget = new CacheBudget(Bound);
        var cache = new CommittedCache(budget);
        for (var i = 0; i < 20_000; i++)
        {
            Read(cache, i % 200);
            Read(cache, i);
        }

        cache.Judge();
        Assert.True(TryGet(cache, 150));
    }

    [Fact]
    public void A_cache_that_nobody_reads_gives_its_memory_back()
    {
        var budget = new CacheBudget(Bound);
        var cache = new CommittedCache(budget);
        for (var i = 0; i < 20_000; i++)
            Read(cache, i % 100);
        cache.Judge();
        for (var commit = 0; commit < 1_000; commit++)
            cache.Judge();
        Assert.Equal(0, cache.Count);
        Assert.Equal(0, budget.CommittedBytes);
    }

    private static TaskFixture Task() => new(Stores.KeyValueStoreBuilder(
        Stores.PersistentKeyValueStore("s"), TextSerde.Instance, TextSerde.Instance));

    private static IKeyValueStore<string, string> Store(TaskFixture task) => task.Store<IKeyValueStore<string, string>>("s");

    private static string Key(int number) => number.ToString("00000000", CultureInfo.InvariantCulture);

    private static void Read(CommittedCache cache, int number)
    {
        var key = Encoding.UTF8.GetBytes(Key(number));
        if (!cache.TryGet(key, ByteHash.Of(key), out _))
            cache.Admit(key, ByteHash.Of(key), new StoreValue("value"u8));
    }

    private static bool TryGet(CommittedCache cache, int number)
    {
        var key = Encoding.UTF8.GetBytes(Key(number));
        return cache.TryGet(key, ByteHash.Of(key), out _);
    }
}
