using System.Globalization;
using MedStreams.Bench.Support;

namespace MedStreams.Migration.Bench;

/// <summary>What moving so many images took: time, CPU time of this program and of both PACS, bytes that this program read from and wrote to files.</summary>
internal readonly record struct Work(int Images, Usage Ours, TimeSpan Old, TimeSpan New, long FileBytes)
{
    public double ImagesPerSecond => Images / Ours.Elapsed.TotalSeconds;

    /// <summary>Milliseconds of CPU for an image: of this program, the old PACS, the new one.</summary>
    public (double Ours, double Old, double New) Cpu => (Ours.Cpu.TotalMilliseconds / Images, Old.TotalMilliseconds / Images, New.TotalMilliseconds / Images);

    public double CpuOfAll => Cpu.Ours + Cpu.Old + Cpu.New;

    /// <summary>How many processors were at work, of all that were there.</summary>
    public double Busy => CpuOfAll * ImagesPerSecond / 1000;

    /// <summary>Does something and measures it.</summary>
    public static async Task<Work> MeasureAsync(Peers peers, Func<Task> work)
    {
        var (old, @new, files) = (peers.Old.CpuTime, peers.New.CpuTime, ThroughFiles());
        var meter = Usage.Begin();
        await work();
        var ours = meter.End();
        return new Work(peers.Count, ours, peers.Old.CpuTime - old, peers.New.CpuTime - @new, ThroughFiles() - files);
    }

    /// <summary>By <c>read</c> and <c>write</c> and their kin; sockets, which have calls of their own, do not count (proc(5), <c>/proc/pid/io</c>).</summary>
    private static long ThroughFiles() => File.ReadLines("/proc/self/io")
        .Where(line => line.StartsWith("rchar:", StringComparison.Ordinal) || line.StartsWith("wchar:", StringComparison.Ordinal))
        .Sum(line => long.Parse(line[6..], CultureInfo.InvariantCulture));
}
