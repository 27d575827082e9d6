using System.Runtime.CompilerServices;
using MedStreams.Support;

namespace MedStreams.RocksDb.Tests;

/// <summary>What is allocated outside of .NET is freed once, whatever happens in between.</summary>
public sealed class HandleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        Assert.All(Enum.GetValues<RocksDbHandleKind>(), kind => Assert.Equal(0, RocksDbDiagnostics.LiveHandlesOf(kind)));
        Assert.Equal(0, RocksDbDiagnostics.LiveHandles);
        _folder.Dispose();
    }

    [Fact]
    public void Each_kind_is_counted_until_it_is_freed()
    {
        using var cache = new RocksDbCache(1 << 20);
        AssertLive(RocksDbHandleKind.Cache, 1);
        using (var database = RocksDatabase.Open(_folder["db"], new RocksDbOptions { BlockCache = cache }, "one"))
        {
            AssertLive(RocksDbHandleKind.Database, 1);
            AssertLive(RocksDbHandleKind.ColumnFamily, 2);
            AssertLive(RocksDbHandleKind.Options, 1);
            AssertLive(RocksDbHandleKind.TableOptions, 0);
            AssertLive(RocksDbHandleKind.WriteOptions, 1);
            AssertLive(RocksDbHandleKind.Memory, 1);
            using (var batch = new WriteBatch())
            {
                batch.Put(database.Default, "a"u8, "1"u8);
                database.Write(batch);
                AssertLive(RocksDbHandleKind.WriteBatch, 1);
            }

            using (database.Iterate(database.Default, "a"u8, "b"u8))
            {
                AssertLive(RocksDbHandleKind.Iterator, 1);
                AssertLive(RocksDbHandleKind.ReadOptions, 2);
            }

            AssertLive(RocksDbHandleKind.Iterator, 0);
            AssertLive(RocksDbHandleKind.ReadOptions, 1);
            using (database.Get(database.Default, "a"u8))
                AssertLive(RocksDbHandleKind.PinnedValue, 1);
            AssertLive(RocksDbHandleKind.PinnedValue, 0);
            using (var many = new MultiGet())
            {
                many.Add("a"u8);
                many.Add("b"u8);
                database.GetMany(database.Default, many);
                AssertLive(RocksDbHandleKind.MultiGet, 1);
                AssertLive(RocksDbHandleKind.PinnedValue, 1);
            }

            AssertLive(RocksDbHandleKind.MultiGet, 0);
            AssertLive(RocksDbHandleKind.PinnedValue, 0);
        }

        AssertLive(RocksDbHandleKind.Database, 0);
    }

    [Fact]
    public void A_failed_opening_leaves_nothing()
    {
        using (RocksDatabase.Open(_folder["db"], new RocksDbOptions()))
        {
            var before = RocksDbDiagnostics.LiveHandles;
            Assert.Throws<RocksDbException>(() => RocksDatabase.Open(_folder["db"], new RocksDbOptions()));
            Assert.Throws<RocksDbException>(() => RocksDatabase.Open(_folder["no/such/parent"], new RocksDbOptions()));
            var cache = new RocksDbCache(1 << 20);
            cache.Dispose();
            Assert.Throws<ObjectDisposedException>(
                () => RocksDatabase.Open(_folder["other"], new RocksDbOptions { BlockCache = cache }));
            Assert.Throws<ObjectDisposedException>(() => RocksDatabase.Open(_folder["other"], new RocksDbOptions
            {
                ColumnFamilyOptions = new Dictionary<string, RocksDbOptions> { ["one"] = new() { BlockCache = cache } },
            }, "one"));
            Assert.Equal(before, RocksDbDiagnostics.LiveHandles);
        }
    }

    [Fact]
    public void What_is_asked_of_a_closed_database_fails_and_leaves_nothing()
    {
        var database = RocksDatabase.Open(_folder["db"], new RocksDbOptions());
        var columnFamily = database.Default;
        using var many = new MultiGet();
        many.Add("a"u8);
        database.Dispose();
        database.Dispose();
        Assert.Throws<ObjectDisposedException>(() => database.Iterate(columnFamily, "a"u8));
        Assert.Throws<ObjectDisposedException>(() => database.Get(columnFamily, "a"u8, []));
        Assert.Throws<ObjectDisposedException>(() => database.GetMany(columnFamily, many));
        Assert.Throws<ObjectDisposedException>(() => database.Checkpoint(_folder["copy"]));
        Assert.Throws<ObjectDisposedException>(() => database.MemoryTableBytes);
        Assert.Throws<ObjectDisposedException>(() => database.Statistics);
        Assert.Equal(0, RocksDbDiagnostics.LiveHandlesOf(RocksDbHandleKind.Iterator));
        Assert.Equal(1, RocksDbDiagnostics.LiveHandles); // the lists of the MultiGet
    }

    [Fact]
    public void A_value_keeps_its_database_and_is_freed_once()
    {
        var database = Filled();
        var value = database.Get(database.Default, "a"u8);
        var copy = value;
        database.Dispose();
        AssertLive(RocksDbHandleKind.Database, 1);
        Assert.Equal("1"u8, value.Span);
        value.Dispose();
        copy.Dispose();
        AssertLive(RocksDbHandleKind.PinnedValue, 0);
        AssertLive(RocksDbHandleKind.Database, 0);
        var thrown = false;
        try
        {
            _ = copy.Span;
        }
        catch (ObjectDisposedException)
        {
            thrown = true;
        }

        Assert.True(thrown);
    }

    [Fact]
    public async Task What_is_abandoned_is_freed_by_the_garbage_collector()
    {
        for (var i = 0; i < 20; i++)
            Abandon(i);
        await Eventually.Holds(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return RocksDbDiagnostics.LiveHandles == 0;
            });
        using var again = RocksDatabase.Open(_folder["db0"], new RocksDbOptions());
        Assert.Equal(1, again.Get(again.Default, "a"u8, new byte[1]));
    }

    // In a frame of its own, so that nothing on the stack keeps it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Abandon(int number)
    {
        var cache = new RocksDbCache(1 << 20);
        var database = RocksDatabase.Open(_folder[$"db{number}"], new RocksDbOptions { BlockCache = cache, EnableStatistics = true }, "one");
        var batch = new WriteBatch();
        batch.Put(database.Default, "a"u8, "1"u8);
        batch.Put(database.ColumnFamily("one"), "a"u8, "1"u8);
        database.Write(batch);
        var iterator = database.Iterate(database.ColumnFamily("one"), "a"u8, "b"u8);
        Assert.True(iterator.SeekToFirst());
        var many = new MultiGet();
        many.Add("a"u8);
        database.GetMany(database.Default, many);
        Assert.True(many.TryGet(0, out _));
        Assert.True(database.Get(database.Default, "a"u8).Exists); // never disposed of
    }

    private RocksDatabase Filled()
    {
        var database = RocksDatabase.Open(_folder["db"], new RocksDbOptions());
        using var batch = new WriteBatch();
        batch.Put(database.Default, "a"u8, "1"u8);
        database.Write(batch);
        return database;
    }

    private static void AssertLive(RocksDbHandleKind kind, long count) =>
        Assert.Equal(count, RocksDbDiagnostics.LiveHandlesOf(kind));
}
