using System.Diagnostics;
using MedStreams.Broker.Storage;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.Broker.Bench;

/// <summary>How something writes: several files in turn, a number of bytes at a time, with a sync of all after some bytes.</summary>
/// <param name="Files">How many files.</param>
/// <param name="WriteBytes">The bytes of one write.</param>
/// <param name="SyncBytes">After how many bytes, over all files, they are synced; null never.</param>
internal sealed record WritePattern(int Files, int WriteBytes, long? SyncBytes)
{
    /// <summary>Writes of 1 MiB to one file, each followed by a sync or not.</summary>
    public static WritePattern Large(bool fsync) => new(1, 1 << 20, fsync ? 1 << 20 : null);

    /// <summary>Writes of 4 KiB to one file, each followed by a sync.</summary>
    public static WritePattern Small { get; } = new(1, 4096, 4096);
}

/// <summary>What the file system itself does: appends by one thread, synced as the broker syncs.</summary>
internal sealed class Disk : IDisposable
{
    private const long MostBytes = 512L << 20;
    private readonly List<SafeFileHandle> _files = [];
    private readonly WritePattern _pattern;
    private readonly byte[] _chunk;
    private readonly long[] _positions;

    private Disk(string folder, WritePattern pattern)
    {
        _pattern = pattern;
        _chunk = new byte[pattern.WriteBytes];
        new Random(1).NextBytes(_chunk);
        _positions = new long[pattern.Files];
        for (var i = 0; i < pattern.Files; i++)
        {
            _files.Add(File.OpenHandle(
                Path.Combine(folder, $"medstreams-bench-{Guid.NewGuid():N}"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                FileOptions.DeleteOnClose));
        }
    }

    /// <summary>Appends in a pattern as fast as it goes.</summary>
    /// <returns>Bytes a second.</returns>
    public static double AppendRate(string folder, WritePattern pattern, TimeSpan duration)
    {
        using var disk = new Disk(folder, pattern);
        long written = 0;
        var start = Stopwatch.GetTimestamp();
        while (written < MostBytes && Stopwatch.GetElapsedTime(start) < duration)
        {
            written += disk.Write();
            disk.Sync();
        }

        return written / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>
    /// Appends in a pattern at a steady rate, a group of writes and their sync at a time. Groups that were due while a sync took long are
    /// written together and share the next one.
    /// </summary>
    /// <returns>
    /// The time of each group, in milliseconds, until everything is durable: from its first write, or, where a sync was under way, from
    /// when it was due.
    /// </returns>
    public static async Task<List<double>> LatenciesAsync(string folder, WritePattern pattern, double groupsPerSecond, TimeSpan duration)
    {
        using var disk = new Disk(folder, pattern);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var times = new List<double>();
        var start = Stopwatch.GetTimestamp();
        var free = 0.0;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds is var began && began < duration.TotalSeconds)
        {
            var due = (int)Math.Min(int.MaxValue, (began * groupsPerSecond) + 1) - times.Count;
            if (due <= 0)
            {
                await timer.WaitForNextTickAsync();
                continue;
            }

            var oneByOne = double.IsInfinity(groupsPerSecond);
            if (oneByOne)
                due = 1;
            for (var i = 0; i < due; i++)
                disk.Write();
            disk.Sync();
            var end = Stopwatch.GetElapsedTime(start).TotalSeconds;
            for (var i = 0; i < due; i++)
            {
                var wanted = times.Count / groupsPerSecond;
                times.Add((end - (wanted < free && !oneByOne ? wanted : began)) * 1000);
            }

            free = end;
        }

        return times;
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    /// <summary>One write to each file, or as many as go between two syncs; answers the bytes.</summary>
    private long Write()
    {
        var most = _pattern.SyncBytes ?? (long)_pattern.WriteBytes * _files.Count;
        long written = 0;
        for (var i = 0; written < most; i = (i + 1) % _files.Count)
        {
            RandomAccess.Write(_files[i], _chunk, _positions[i]);
            _positions[i] += _chunk.Length;
            written += _chunk.Length;
        }

        return written;
    }

    private void Sync()
    {
        if (_pattern.SyncBytes is null)
            return;
        if (_files.Count > 1)
            _files.ForEach(NativeSync.StartWriteOut);
        _files.ForEach(NativeSync.Data);
    }
}
