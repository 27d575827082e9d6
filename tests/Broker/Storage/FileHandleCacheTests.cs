using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

public sealed class FileHandleCacheTests
{
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public void No_more_files_are_open_than_may_be_and_all_keep_their_bytes()
    {
        var cache = new FileHandleCache(_disk, 5);
        var files = Enumerable.Range(0, 50).Select(i => cache.Open($"/d/{i}")).ToList();
        Assert.Equal(0, cache.OpenCount);
        var random = new Random(1);
        var lengths = new int[50];
        for (var i = 0; i < 2000; i++)
        {
            var at = random.Next(50);
            files[at].Write(lengths[at]++, [(byte)at]);
            Assert.InRange(cache.OpenCount, 1, 5);
        }

        for (var i = 0; i < 50; i++)
        {
            var content = new byte[lengths[i]];
            Assert.Equal(lengths[i], files[i].Read(0, content));
            Assert.All(content, b => Assert.Equal(i, b));
            Assert.Equal(lengths[i], files[i].Length);
        }

        files.ForEach(file => file.Dispose());
        Assert.Equal(0, cache.OpenCount);
        Assert.Throws<ObjectDisposedException>(() => files[0].Read(0, new byte[1]));
    }

    [Fact]
    public void What_was_used_lately_stays_open()
    {
        var cache = new FileHandleCache(_disk, 4);
        var busy = cache.Open("/d/busy");
        busy.Write(0, [1]);
        for (var i = 0; i < 100; i++)
        {
            using var other = cache.Open($"/d/{i}");
            other.Write(0, [1]);
            busy.Read(0, new byte[1]);
        }

        var before = cache.Opens;
        busy.Read(0, new byte[1]);
        Assert.Equal(before, cache.Opens);
    }

    [Fact]
    public void A_file_with_bytes_that_were_not_synced_is_synced_before_it_is_closed()
    {
        var cache = new FileHandleCache(_disk, 1);
        using var written = cache.Open("/d/a");
        written.Write(0, [1, 2, 3]);
        using var other = cache.Open("/d/b");
        other.Write(0, [1]);
        other.Read(0, new byte[1]);
        Assert.Equal(1, cache.OpenCount);
        Assert.Equal(1, _disk.Syncs);
        other.SyncData();
        written.SyncData();
        Assert.Equal(3, _disk.Syncs);
    }

    [Fact]
    public void A_sync_that_failed_when_a_file_was_closed_is_told_to_the_next_who_syncs()
    {
        var cache = new FileHandleCache(_disk, 1);
        using var written = cache.Open("/d/a");
        written.Write(0, [1, 2, 3]);
        _disk.Before = (operation, path) =>
        {
            if (operation == "sync" && path == "/d/a")
                throw new IOException("The device is gone.");
        };
        using var other = cache.Open("/d/b");
        for (var i = 0; i < 5; i++)
            other.Write(0, [1]);
        _disk.Before = null;
        Assert.Throws<IOException>(() => cache.SyncData([other, written]));
        cache.SyncData([other, written]);
    }

    [Fact]
    public void A_file_that_somebody_removed_is_not_made_anew()
    {
        var cache = new FileHandleCache(_disk, 1);
        using var file = cache.Open("/d/a");
        file.Write(0, [1]);
        using var other = cache.Open("/d/b");
        other.Write(0, [1]);
        other.Write(1, [1]);
        _disk.Delete("/d/a");
        Assert.Throws<FileNotFoundException>(() => file.Read(0, new byte[1]));
        Assert.False(_disk.FileExists("/d/a"));
    }

    [Fact]
    public async Task Many_threads_share_few_files()
    {
        var cache = new FileHandleCache(_disk, 3);
        var files = Enumerable.Range(0, 10).Select(i => cache.Open($"/d/{i}")).ToList();
        foreach (var file in files)
            file.Write(0, new byte[100]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 3000; i++)
            {
                var file = files[random.Next(files.Count)];
                if (random.Next(3) == 0)
                    file.Write(thread, [(byte)i]);
                else if (random.Next(20) == 0)
                    cache.SyncData([file, files[0]]);
                else
                    Assert.Equal(100, file.Read(0, new byte[200]));
            }
        })));
        foreach (var file in files)
            file.Dispose();
        Assert.Equal(0, cache.OpenCount);
    }

    [Fact]
    public void The_limit_of_the_process_is_known() => Assert.InRange(OpenFileLimit.ForLogs(), OpenFileLimit.Least / 2, int.MaxValue);
}
