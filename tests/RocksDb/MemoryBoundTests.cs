namespace MedStreams.RocksDb.Tests;

/// <summary>Memory tables and blocks of many stores stay under one limit, whether they share databases or not.</summary>
public sealed class MemoryBoundTests : IDisposable
{
    private const long MemoryTables = 8 << 20;
    private const long Cache = 4 << 20;
    private const int Stores = 50;
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        Assert.Equal(0, RocksDbDiagnostics.LiveHandles);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(50, 1)]
    [InlineData(10, 5)]
    [InlineData(1, 50)]
    public void Fifty_stores_stay_under_the_limit(int databases, int storesEach)
    {
        Assert.Equal(Stores, databases * storesEach);
        using var cache = new RocksDbCache(Cache);
        var manager = new RocksDbWriteBufferManager(MemoryTables);
        var options = Options(cache, manager);
        var names = Enumerable.Range(0, storesEach).Select(i => $"s{i}").ToArray();
        var open = Enumerable.Range(0, databases).Select(i => RocksDatabase.Open(_folder[$"db{i}"], options, names)).ToList();
        var random = new Random(7);
        var (key, value, most) = (new byte[16], new byte[200], 0L);
        using var batch = new WriteBatch();
        for (var round = 0; round < 600; round++)
        {
            // At first all of them, then only every fifth: the others fall idle, full as they are.
            var number = random.Next(databases);
            var database = open[round < 250 ? number : number / 5 * 5];
            for (var i = 0; i < 200; i++)
            {
                random.NextBytes(key);
                random.NextBytes(value);
                batch.Put(database.ColumnFamily(names[random.Next(storesEach)]), key, value.AsSpan(random.Next(value.Length)));
            }

            database.Write(batch);
            batch.Clear();
            if (round % 20 == 0)
                Walk(open[random.Next(databases)]);
            most = Math.Max(most, open.Sum(d => d.MemoryTableBytes) + cache.UsageBytes);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{databases} databases: at most {most:#,0} bytes, {manager.Flushes} flushes");
        Assert.InRange(most, MemoryTables / 2, MemoryTables + Cache);
        Assert.InRange(cache.UsageBytes, Cache / 4, Cache);
        Assert.InRange(manager.UsageBytes, 1, MemoryTables);
        Assert.InRange(manager.Flushes, 2, 400);
        Assert.InRange(open.Sum(d => d.TableReaderBytes), 0, Cache);
        open.ForEach(d => d.Dispose());
        Assert.Equal(0, manager.UsageBytes);
    }

    [Fact]
    public async Task Several_threads_write_while_others_close()
    {
        using var cache = new RocksDbCache(Cache);
        var manager = new RocksDbWriteBufferManager(MemoryTables / 4);
        var options = Options(cache, manager);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => WriteAndReopen(n))));
        Assert.Equal(0, manager.UsageBytes);

        void WriteAndReopen(int number)
        {
            var written = 0;
            for (var life = 0; life < 4; life++)
            {
                using var database = RocksDatabase.Open(_folder[$"db{number}"], options, "s");
                using var batch = new WriteBatch();
                for (var round = 0; round < 20; round++)
                {
                    for (var i = 0; i < 100; i++)
                        batch.Put(database.ColumnFamily("s"), BitConverter.GetBytes(written++), new byte[200]);
                    database.Write(batch);
                    batch.Clear();
                }
            }

            using var last = RocksDatabase.Open(_folder[$"db{number}"], options, "s");
            using var walk = last.Iterate(last.ColumnFamily("s"));
            var found = 0;
            for (var more = walk.SeekToFirst(); more; more = walk.Next())
                found++;
            Assert.Equal(written, found);
        }
    }

    [Fact]
    public void A_bound_below_what_empty_memory_tables_take_does_not_flush_for_nothing()
    {
        using var cache = new RocksDbCache(Cache);
        var manager = new RocksDbWriteBufferManager(1000);
        using var database = RocksDatabase.Open(_folder["db"], Options(cache, manager), "s");
        using var batch = new WriteBatch();
        for (var round = 0; round < 100; round++)
        {
            batch.Clear();
            batch.Put(database.ColumnFamily("s"), BitConverter.GetBytes(round), "1"u8);
            database.Write(batch);
        }

        Assert.InRange(manager.Flushes, 0, 100);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RocksDbWriteBufferManager(0));
    }

    private static void Walk(RocksDatabase database)
    {
        foreach (var columnFamily in database.ColumnFamilies)
        {
            using var iterator = database.Iterate(columnFamily);
            for (var more = iterator.SeekToFirst(); more; more = iterator.Next())
            {
                // Its blocks come into the cache.
            }
        }
    }

    // As the engine opens the databases of tasks.
    private static RocksDbOptions Options(RocksDbCache cache, RocksDbWriteBufferManager manager) => new()
    {
        BlockCache = cache,
        WriteBufferManager = manager,
        WriteAheadLog = false,
        AtomicFlush = true,
        WriteBufferBytes = MemoryTables,
        DatabaseWriteBufferBytes = MemoryTables,
        ArenaBlockBytes = 16 << 10,
    };
}
