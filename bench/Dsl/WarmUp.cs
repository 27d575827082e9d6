using System.Diagnostics;

namespace MedStreams.Dsl.Bench;

/// <summary>Runs what is to be measured until the compiler has had the time to optimise it.</summary>
internal static class WarmUp
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(200);

    public static void Run(params Action[] all)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Duration;)
        {
            foreach (var run in all)
                run();
        }
    }
}
