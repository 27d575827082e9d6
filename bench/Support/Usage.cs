using System.Diagnostics;

namespace MedStreams.Bench.Support;

/// <summary>What a piece of work took of this process: the wall clock's time, CPU time of all its threads, bytes allocated.</summary>
public readonly record struct Usage(TimeSpan Elapsed, TimeSpan Cpu, long AllocatedBytes)
{
    /// <summary>Begins to measure.</summary>
    public static Meter Begin() => new(
        Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: false));

    /// <summary>Where a measurement began.</summary>
    public readonly record struct Meter(long Start, TimeSpan Cpu, long Allocated)
    {
        /// <summary>What was used since then.</summary>
        public Usage End() => new(
            Stopwatch.GetElapsedTime(Start),
            Environment.CpuUsage.TotalTime - Cpu,
            GC.GetTotalAllocatedBytes(precise: false) - Allocated);
    }
}
