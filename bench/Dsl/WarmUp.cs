using System.Diagnostics;

namespace MedStreams.Dsl.Bench;

/// <summary>Runs what is to be measured until the compiler, which waits for a calm moment first, has had the time to optimise it.</summary>
internal static class WarmUp
{
    private const long CpuNanoseconds = 80_000_000;
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(200);

    public static void Run(params Action[] all)
    {
        var (start, cpu) = (Stopwatch.GetTimestamp(), ThreadClock.Instance.GetTimestamp());
        while (Stopwatch.GetElapsedTime(start) < Duration || ThreadClock.Instance.GetTimestamp() - cpu < CpuNanoseconds)
        {
            foreach (var run in all)
                run();
        }
    }
}
