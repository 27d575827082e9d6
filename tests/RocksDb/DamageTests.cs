namespace MedStreams.RocksDb.Tests;

/// <summary>Damaged files are told apart from other failures, when the database is opened or where it is read, and never taken for a new one.</summary>
public sealed class DamageTests : IDisposable
{
    private const int Refused = -1;
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        Assert.Equal(0, RocksDbDiagnostics.LiveHandles);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("CURRENT", "missing")]
    [InlineData("CURRENT", "empty")]
    [InlineData("CURRENT", "garbage")]
    [InlineData("CURRENT", "torn")]
    [InlineData("MANIFEST-*", "missing")]
    [InlineData("MANIFEST-*", "empty")]
    [InlineData("MANIFEST-*", "garbage")]
    [InlineData("MANIFEST-*", "flipped")]
    [InlineData("*.sst", "missing")]
    [InlineData("*.sst", "empty")]
    [InlineData("*.sst", "torn")]
    [InlineData("*.sst", "garbage")]
    [InlineData("*.sst", "flipped")]
    public void A_damaged_file_is_an_error_that_names_it(string pattern, string damage)
    {
        Fill();
        Damage(Directory.GetFiles(_folder["db"], pattern).Single(), damage);
        var error = Assert.Throws<RocksDbException>(ReadAll);
        Assert.True(
            error.Kind == RocksDbErrorKind.Corruption
                || (error.Kind == RocksDbErrorKind.InputOutput && error.Message.Contains("No such file", StringComparison.Ordinal)),
            error.Message);
        Assert.DoesNotContain("SECRET", error.Message, StringComparison.Ordinal);

        // It stays an error: nothing was made anew over what is left.
        Assert.Throws<RocksDbException>(ReadAll);
    }

    [Fact]
    public void A_torn_manifest_is_an_earlier_flush_of_all_column_families_or_an_error()
    {
        var options = new RocksDbOptions { WriteAheadLog = false, AtomicFlush = true };
        using (var database = RocksDatabase.Open(_folder["db"], options, "one"))
        {
            using var batch = new WriteBatch();
            for (byte flush = 1; flush <= 5; flush++)
            {
                batch.Clear();
                batch.Put(database.Default, "position"u8, [flush]);
                batch.Put(database.ColumnFamily("one"), "key"u8, [flush]);
                database.Write(batch);
                database.Flush();
            }
        }

        var length = new FileInfo(Directory.GetFiles(_folder["db"], "MANIFEST-*").Single()).Length;
        var seen = new HashSet<int>();
        for (var cut = 0L; cut < length; cut += 17)
            seen.Add(FlushSeen(cut));
        Assert.Contains(Refused, seen);
        Assert.Equal(5, FlushSeen(length));

        int FlushSeen(long cut)
        {
            var copy = _folder[$"copy{cut}"];
            Directory.CreateDirectory(copy);
            foreach (var file in Directory.EnumerateFiles(_folder["db"]).Where(f => !f.EndsWith("LOCK", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            using (var manifest = File.OpenWrite(Directory.GetFiles(copy, "MANIFEST-*").Single()))
                manifest.SetLength(cut);
            try
            {
                using var database = RocksDatabase.Open(copy, options, "one");
                var (position, key) = (new byte[1], new byte[1]);
                database.Get(database.Default, "position"u8, position);
                database.Get(database.ColumnFamily("one"), "key"u8, key);
                Assert.Equal(position, key);
                return key[0];
            }
            catch (RocksDbException e)
            {
                Assert.Equal(RocksDbErrorKind.Corruption, e.Kind);
                return Refused;
            }
        }
    }

    [Fact]
    public void A_folder_without_a_database_is_none()
    {
        Directory.CreateDirectory(_folder["db"]);
        Assert.Empty(RocksDatabase.ListColumnFamilies(_folder["db"]));
        using var database = RocksDatabase.Open(_folder["db"], new RocksDbOptions());
        Assert.Equal([RocksDatabase.DefaultColumnFamily], database.ColumnFamilies.Select(c => c.Name));
    }

    private static void Damage(string file, string damage)
    {
        var bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "missing":
                File.Delete(file);
                return;
            case "empty":
                bytes = [];
                break;
            case "torn":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "garbage":
                new Random(1).NextBytes(bytes);
                break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 0xFF;
                break;
        }

        File.WriteAllBytes(file, bytes);
    }

    private void Fill()
    {
        using var database = RocksDatabase.Open(
            _folder["db"], new RocksDbOptions { WriteAheadLog = false, AtomicFlush = true, Compression = RocksDbCompression.None }, "one");
        using var batch = new WriteBatch();
        for (var i = 0; i < 1000; i++)
            batch.Put(database.ColumnFamily("one"), BitConverter.GetBytes(i), "SECRET"u8);
        database.Write(batch);
        database.Flush();
    }

    private void ReadAll()
    {
        using var database = RocksDatabase.Open(_folder["db"], new RocksDbOptions { WriteAheadLog = false, AtomicFlush = true });
        using var iterator = database.Iterate(database.ColumnFamily("one"));
        var count = 0;
        for (var more = iterator.SeekToFirst(); more; more = iterator.Next())
            count++;
        Assert.Equal(1000, count);
    }
}
