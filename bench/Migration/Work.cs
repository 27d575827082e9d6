using MedStreams.Bench.Support;

namespace MedStreams.Migration.Bench;

/// <summary>What moving so many images took: time, and CPU time of this program and of both PACS.</summary>
internal readonly record struct Work(int Images, Usage Ours, TimeSpan Old, TimeSpan New)
{
    public double ImagesPerSecond => Images / Ours.Elapsed.TotalSeconds;

    public double CpuOurs => Ours.Cpu.TotalMilliseconds / Images;

    public double CpuOld => Old.TotalMilliseconds / Images;

    public double CpuNew => New.TotalMilliseconds / Images;

    /// <summary>Does something and measures it.</summary>
    public static async Task<Work> MeasureAsync(Peers peers, Func<Task> work)
    {
        var (old, @new) = (peers.Old.CpuTime, peers.New.CpuTime);
        var meter = Usage.Begin();
        await work();
        var ours = meter.End();
        return new Work(peers.Count, ours, peers.Old.CpuTime - old, peers.New.CpuTime - @new);
    }
}
