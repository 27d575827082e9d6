using System.Diagnostics;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Bench;

/// <summary>What the file system itself does: appends to one file, synced or not, by one thread.</summary>
internal static class Disk
{
    private const int Chunk = 1 << 20;
    private const long MostBytes = 512L << 20;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    /// <summary>Appends chunks of 1 MiB for a second.</summary>
    /// <param name="folder">Where the file is made, and removed again.</param>
    /// <param name="fsync">Whether each chunk is followed by fdatasync.</param>
    /// <returns>Bytes a second.</returns>
    public static double AppendRate(string folder, bool fsync)
    {
        using var file = File.OpenHandle(
            Path.Combine(folder, $"medstreams-bench-{Guid.NewGuid():N}"),
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            FileOptions.DeleteOnClose);
        var chunk = new byte[Chunk];
        new Random(1).NextBytes(chunk);
        var written = 0L;
        var start = Stopwatch.GetTimestamp();
        while (written < MostBytes && Stopwatch.GetElapsedTime(start) < Duration)
        {
            RandomAccess.Write(file, chunk, written);
            written += Chunk;
            if (fsync)
                NativeSync.Data(file);
        }

        return written / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
