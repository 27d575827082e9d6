using System.Text;

namespace MedStreams.RocksDb.Tests;

/// <summary>Each test leaves nothing of RocksDB behind.</summary>
public sealed class RocksDatabaseTests : IDisposable
{
    private static readonly RocksDbOptions Options = new();

    public void Dispose() => Assert.Equal(0, RocksDbDiagnostics.LiveHandles);

    [Fact]
    public void Values_come_back_where_they_lie_and_as_copies()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        Write(database, b => b.Put(database.Default, "a"u8, "value"u8));

        using (var pinned = database.Get(database.Default, "a"u8))
            Assert.True(pinned.Exists && pinned.Span.SequenceEqual("value"u8));
        using (var pinned = database.Get(database.Default, "b"u8))
            Assert.False(pinned.Exists);
        var copy = new byte[3];
        Assert.Equal(5, database.Get(database.Default, "a"u8, copy));
        Assert.Equal("val"u8, copy);
        Assert.Equal(-1, database.Get(database.Default, "b"u8, copy));
    }

    [Fact]
    public void Keys_and_values_may_be_empty()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        Write(database, b => b.Put(database.Default, default, default));
        using var pinned = database.Get(database.Default, default);
        Assert.True(pinned.Exists);
        Assert.Equal(0, pinned.Span.Length);
        Assert.Equal([""], Keys(database.Iterate(database.Default)));
    }

    [Fact]
    public void Iterators_keep_to_their_bounds_in_both_directions()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        Write(database, b =>
        {
            foreach (var key in new[] { "a", "b", "ba", "bb", "c" })
                b.Put(database.Default, Encoding.UTF8.GetBytes(key), "1"u8);
        });

        Assert.Equal(["a", "b", "ba", "bb", "c"], Keys(database.Iterate(database.Default)));
        Assert.Equal(["b", "ba", "bb"], Keys(database.Iterate(database.Default, "b"u8, "c"u8)));
        using var iterator = database.Iterate(database.Default, "b"u8, "c"u8);
        Assert.True(iterator.SeekToLast());
        Assert.Equal("bb"u8, iterator.Key);
        Assert.True(iterator.SeekForPrevious("b~"u8) && iterator.Previous() && iterator.Previous());
        Assert.Equal("b"u8, iterator.Key);
        Assert.False(iterator.Previous());
        Assert.True(iterator.Seek("bab"u8));
        Assert.Equal("bb"u8, iterator.Key);
        Assert.Equal("1"u8, iterator.Value);
    }

    [Fact]
    public void A_prefix_is_walked_in_both_directions()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        byte[][] keys = [[1], [1, 0], [1, 255], [2], [255], [255, 255], [255, 255, 7]];
        Write(database, b => Array.ForEach(keys, k => b.Put(database.Default, k, "1"u8)));
        foreach (var prefix in new byte[][] { [], [1], [1, 255], [2], [3], [255], [255, 255] })
        {
            var expected = keys.Where(k => k.AsSpan().StartsWith(prefix)).ToList();
            using var walk = database.IteratePrefix(database.Default, prefix);
            var forward = new List<byte[]>();
            for (var more = walk.SeekToFirst(); more; more = walk.Next())
                forward.Add(walk.Key.ToArray());
            var backward = new List<byte[]>();
            for (var more = walk.SeekToLast(); more; more = walk.Previous())
                backward.Add(walk.Key.ToArray());
            Assert.Equal(expected, forward);
            Assert.Equal(Enumerable.Reverse(expected), backward);
        }
    }

    [Fact]
    public void Column_families_may_have_settings_of_their_own()
    {
        using var folder = new TempFolder();
        var own = Options with { Compression = RocksDbCompression.None, BlockBytes = 32 << 10, WriteBufferBytes = 128 << 10 };
        var options = Options with
        {
            Compression = RocksDbCompression.Zstd,
            ColumnFamilyOptions = new Dictionary<string, RocksDbOptions> { ["one"] = own, ["later"] = own },
        };
        for (var life = 0; life < 2; life++)
        {
            using var database = RocksDatabase.Open(folder["db"], options, "one", "two");
            if (life == 0)
                database.CreateColumnFamily("later");
            foreach (var columnFamily in database.ColumnFamilies)
            {
                Write(database, b =>
                {
                    for (var i = 0; i < 1000; i++)
                        b.Put(columnFamily, BitConverter.GetBytes(i), new byte[100]);
                });
            }

            database.Flush();
            long SizeOf(string name) => database.Property(database.ColumnFamily(name), "rocksdb.total-sst-files-size")!.Value;
            Assert.InRange(SizeOf("one"), 100_000, long.MaxValue);
            Assert.InRange(SizeOf("later"), 100_000, long.MaxValue);
            Assert.InRange(SizeOf("two"), 1, 50_000);
        }
    }

    [Fact]
    public void A_range_of_keys_is_compacted()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options, "one");
        var one = database.ColumnFamily("one");
        for (var file = 0; file < 3; file++)
        {
            Write(database, b => b.Put(one, "b"u8, "1"u8));
            database.Flush();
        }

        Assert.Equal(3, FilesInLevel0());
        database.Compact(one, "x"u8, "z"u8);
        Assert.Equal(3, FilesInLevel0());
        database.Compact(one, "a"u8, "c"u8);
        Assert.Equal(0, FilesInLevel0());
        Assert.Equal(["b"], Keys(database.Iterate(one)));

        long FilesInLevel0() => long.Parse(
            database.PropertyText(one, "rocksdb.num-files-at-level0")!, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_flush_writes_the_memory_tables_of_all_column_families_also_without_atomic_flushes()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options, "one");
        Write(database, b =>
        {
            b.Put(database.Default, "k"u8, new byte[100_000]);
            b.Put(database.ColumnFamily("one"), "k"u8, new byte[100_000]);
        });
        Assert.InRange(database.MemoryTableBytes, 200_000, long.MaxValue);
        database.Flush();
        Assert.InRange(database.MemoryTableBytes, 1, 100_000);
    }

    [Fact]
    public void Column_families_are_apart_and_survive_reopening()
    {
        using var folder = new TempFolder();
        using (var database = RocksDatabase.Open(folder["db"], Options, "one", "two"))
        {
            Write(database, b =>
            {
                b.Put(database.ColumnFamily("one"), "k"u8, "1"u8);
                b.Put(database.ColumnFamily("two"), "k"u8, "2"u8);
            });
            database.CreateColumnFamily("three");
            database.DropColumnFamily(database.ColumnFamily("one"));
        }

        Assert.Equal(["default", "three", "two"], RocksDatabase.ListColumnFamilies(folder["db"]).Order());
        using (var database = RocksDatabase.Open(folder["db"], Options, "one"))
        {
            using var dropped = database.Get(database.ColumnFamily("one"), "k"u8);
            using var kept = database.Get(database.ColumnFamily("two"), "k"u8);
            Assert.False(dropped.Exists);
            Assert.True(kept.Span.SequenceEqual("2"u8));
        }
    }

    [Fact]
    public void A_batch_applies_its_writes_in_order()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        using var batch = new WriteBatch();
        batch.Put(database.Default, "a"u8, "1"u8);
        batch.Put(database.Default, "b"u8, "1"u8);
        batch.Put(database.Default, "c"u8, "1"u8);
        batch.DeleteRange(database.Default, "a"u8, "c"u8);
        batch.Put(database.Default, "b"u8, "2"u8);
        batch.Delete(database.Default, "c"u8);
        Assert.Equal(6, batch.Count);
        Assert.Equal(11, batch.Bytes);
        database.Write(batch);
        Assert.Equal(["b"], Keys(database.Iterate(database.Default)));
        batch.Clear();
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void Many_keys_are_read_in_one_call()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        Write(database, b =>
        {
            for (var i = 0; i < 100; i += 2)
                b.Put(database.Default, BitConverter.GetBytes(i), BitConverter.GetBytes(i * 10));
        });
        using var request = new MultiGet();
        Assert.Throws<ArgumentOutOfRangeException>(() => request.TryGet(0, out _));
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 100; i++)
                Assert.Equal(i, request.Add(BitConverter.GetBytes(i)));
            database.GetMany(database.Default, request);
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal(i, BitConverter.ToInt32(request.Key(i)));
                Assert.Equal(i % 2 == 0, request.TryGet(i, out var value));
                Assert.True(i % 2 != 0 || BitConverter.ToInt32(value) == i * 10);
            }
        }
    }

    [Fact]
    public void Many_keys_in_order_and_more_of_them_each_time()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options, "one");
        var one = database.ColumnFamily("one");
        Write(database, b =>
        {
            for (var i = 0; i < 10_000; i++)
                b.Put(one, [(byte)(i >> 8), (byte)i], [(byte)i]);
        });
        database.Flush();
        using var request = new MultiGet { IsSorted = true };
        for (var count = 1; count <= 10_000; count *= 10)
        {
            for (var i = 0; i < count; i++)
                request.Add([(byte)(i >> 8), (byte)i]);
            database.GetMany(one, request);
            for (var i = 0; i < count; i++)
            {
                Assert.True(request.TryGet(i, out var value));
                Assert.Equal([(byte)i], value);
            }
        }

        request.Clear();
        Assert.Equal(0, request.Count);
        database.GetMany(one, request);
        Assert.Throws<ArgumentOutOfRangeException>(() => request.TryGet(0, out _));
    }

    [Fact]
    public void Reads_allocate_nothing()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        Write(database, b =>
        {
            for (var i = 0; i < 1000; i++)
                b.Put(database.Default, BitConverter.GetBytes(i), new byte[100]);
        });
        using var request = new MultiGet();
        var key = new byte[sizeof(int)];
        var allocated = long.MaxValue;
        for (var round = 0; allocated > 0 && round < 200; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 2000; i++)
            {
                BitConverter.TryWriteBytes(key, i);
                request.Add(key);
                using var value = database.Get(database.Default, key);
                if (value.Exists != (i < 1000))
                    Assert.Fail($"{i}");
            }

            database.GetMany(database.Default, request);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_checkpoint_is_a_database_of_its_own()
    {
        using var folder = new TempFolder();
        using (var database = RocksDatabase.Open(folder["db"], Options with { WriteAheadLog = false, AtomicFlush = true }, "one"))
        {
            Write(database, b => b.Put(database.ColumnFamily("one"), "k"u8, "1"u8));
            database.Checkpoint(folder["copy"]);
            Write(database, b => b.Put(database.ColumnFamily("one"), "k"u8, "2"u8));
        }

        using var copy = RocksDatabase.Open(folder["copy"], Options);
        using var value = copy.Get(copy.ColumnFamily("one"), "k"u8);
        Assert.True(value.Span.SequenceEqual("1"u8));
    }

    [Fact]
    public void Closing_flushes_without_a_write_ahead_log()
    {
        using var folder = new TempFolder();
        var options = Options with { WriteAheadLog = false, AtomicFlush = true };
        using (var database = RocksDatabase.Open(folder["db"], options, "one"))
            Write(database, b => b.Put(database.ColumnFamily("one"), "k"u8, "1"u8));
        using (var database = RocksDatabase.Open(folder["db"], options))
            Assert.Equal(["k"], Keys(database.Iterate(database.ColumnFamily("one"))));
    }

    [Fact]
    public void A_flush_empties_the_memory_tables_of_all_column_families()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(
            folder["db"], Options with { WriteAheadLog = false, AtomicFlush = true }, "one", "two");
        Write(database, b =>
        {
            b.Put(database.Default, "p"u8, "1"u8);
            b.Put(database.ColumnFamily("one"), "k"u8, "1"u8);
            b.Put(database.ColumnFamily("two"), "k"u8, "1"u8);
        });
        database.Flush();
        Assert.All(
            database.ColumnFamilies,
            c => Assert.Equal(0, database.Property(c, "rocksdb.num-entries-active-mem-table")));
        Assert.Equal(1, database.Property(database.ColumnFamily("two"), "rocksdb.estimate-num-keys"));
    }

    [Fact]
    public void Whole_files_of_a_range_are_deleted_at_once()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options, "one");
        var one = database.ColumnFamily("one");
        foreach (var prefix in new[] { "a", "b" })
        {
            Write(database, b =>
            {
                for (var i = 0; i < 1000; i++)
                    b.Put(one, Encoding.UTF8.GetBytes($"{prefix}{i:D4}"), new byte[100]);
            });
            database.Compact(one);
        }

        database.DeleteFilesInRange(one, default, "b"u8);
        Assert.Equal(1000, Keys(database.Iterate(one)).Count(k => k[0] == 'b'));
    }

    [Fact]
    public void Statistics_and_properties_are_told()
    {
        using var folder = new TempFolder();
        using var cache = new RocksDbCache(1 << 20);
        using var database = RocksDatabase.Open(folder["db"], Options with { EnableStatistics = true, BlockCache = cache });
        Write(database, b => b.Put(database.Default, "k"u8, new byte[10_000]));
        database.Flush();
        using (var value = database.Get(database.Default, "k"u8))
            Assert.True(value.Exists);
        var statistics = RocksDbStatistics.Parse(database.Statistics);
        Assert.InRange(statistics["block.cache.miss"], 1, 100);
        Assert.Equal(1, statistics["number.keys.written"]);
        Assert.Equal(1, statistics["db.get.micros"]);
        Assert.InRange(statistics["db.get.micros SUM"], 0, 1e9);
        Assert.Empty(RocksDbStatistics.Parse(null));
        Assert.Contains("Level", database.PropertyText(database.Default, "rocksdb.stats"), StringComparison.Ordinal);
        Assert.Null(database.Property(database.Default, "no such property"));
        Assert.InRange(cache.UsageBytes, 10_000, cache.CapacityBytes);
    }

    [Fact]
    public void A_database_cannot_be_opened_twice()
    {
        using var folder = new TempFolder();
        using var database = RocksDatabase.Open(folder["db"], Options);
        var error = Assert.Throws<RocksDbException>(() => RocksDatabase.Open(folder["db"], Options));
        Assert.Equal(RocksDbErrorKind.InputOutput, error.Kind);
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_damaged_files_are_corruption()
    {
        using var folder = new TempFolder();
        using (var database = RocksDatabase.Open(folder["db"], Options with { Compression = RocksDbCompression.None }))
        {
            Write(database, b => b.Put(database.Default, "k"u8, new byte[10_000]));
            database.Flush();
        }

        var file = Directory.GetFiles(folder["db"], "*.sst").Single();
        var bytes = File.ReadAllBytes(file);
        bytes[500] ^= 0xFF;
        File.WriteAllBytes(file, bytes);
        using (var database = RocksDatabase.Open(folder["db"], Options))
        {
            var error = Assert.Throws<RocksDbException>(() => database.Get(database.Default, "k"u8, new byte[1]));
            Assert.Equal(RocksDbErrorKind.Corruption, error.Kind);
        }

        File.WriteAllBytes(file, bytes[..1000]);
        Assert.Equal(
            RocksDbErrorKind.Corruption,
            Assert.Throws<RocksDbException>(() => RocksDatabase.Open(folder["db"], Options)).Kind);
        File.Delete(file);
        Assert.Equal(
            RocksDbErrorKind.Corruption,
            Assert.Throws<RocksDbException>(() => RocksDatabase.Open(folder["db"], Options)).Kind);
    }

    [Fact]
    public void Keys_that_RocksDB_quotes_are_blanked()
    {
        var error = new RocksDbException("Corruption: out of order: 'DOE^JOHN' seq:12, type:1 in /data/000012.sst");
        Assert.Equal("Corruption: out of order: '*' seq:12, type:1 in /data/000012.sst", error.Message);
        Assert.Equal(RocksDbErrorKind.Corruption, error.Kind);
    }

    [Fact]
    public void An_iterator_keeps_a_closed_database_until_it_is_disposed()
    {
        using var folder = new TempFolder();
        var database = RocksDatabase.Open(folder["db"], Options);
        Write(database, b => b.Put(database.Default, "k"u8, "1"u8));
        var iterator = database.Iterate(database.Default);
        database.Dispose();
        Assert.True(iterator.SeekToFirst());
        Assert.Equal("k"u8, iterator.Key);
        iterator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => iterator.Next());
        using var again = RocksDatabase.Open(folder["db"], Options);
    }

    private static void Write(RocksDatabase database, Action<WriteBatch> fill)
    {
        using var batch = new WriteBatch();
        fill(batch);
        database.Write(batch);
    }

    private static List<string> Keys(RocksIterator iterator)
    {
        using var walk = iterator;
        var keys = new List<string>();
        for (var more = walk.SeekToFirst(); more; more = walk.Next())
            keys.Add(Encoding.UTF8.GetString(walk.Key));
        return keys;
    }
}
