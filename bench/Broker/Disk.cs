using System.Diagnostics;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Bench;

/// <summary>What the file system itself does: appends to one file, synced or not, by one thread.</summary>
internal static class Disk
{
    private const long MostBytes = 512L << 20;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    /// <summary>Appends chunks of 1 MiB for a second.</summary>
    /// <param name="folder">Where the file is made, and removed again.</param>
    /// <param name="fsync">Whether each chunk is followed by fdatasync.</param>
    /// <returns>Bytes a second.</returns>
    public static double AppendRate(string folder, bool fsync) => Append(folder, 1 << 20, fsync) * (1 << 20);

    /// <summary>Appends 4 KiB and syncs, for a second.</summary>
    /// <returns>Syncs a second.</returns>
    public static double SyncRate(string folder) => Append(folder, 4096, fsync: true);

    private static double Append(string folder, int size, bool fsync)
    {
        using var file = File.OpenHandle(
            Path.Combine(folder, $"medstreams-bench-{Guid.NewGuid():N}"),
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            FileOptions.DeleteOnClose);
        var chunk = new byte[size];
        new Random(1).NextBytes(chunk);
        var count = 0L;
        var start = Stopwatch.GetTimestamp();
        for (; count * size < MostBytes && Stopwatch.GetElapsedTime(start) < Duration; count++)
        {
            RandomAccess.Write(file, chunk, count * size);
            if (fsync)
                NativeSync.Data(file);
        }

        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
