using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MedStreams.Streams.Bench;

/// <summary>
/// Waits for a moment to within some tens of microseconds, which timers of the thread pool do not: their grain is a millisecond, and what they wake waits for a
/// thread. Linux only, where a stopwatch counts the nanoseconds of CLOCK_MONOTONIC.
/// </summary>
internal static partial class Pace
{
    private const int Monotonic = 1;
    private const int Absolute = 1;
    private const long Second = 1_000_000_000;

    /// <summary>Returns at a time of the stopwatch, or at once where that is over.</summary>
    public static void WaitUntil(long timestamp)
    {
        var time = new Timespec(timestamp / Second, timestamp % Second);
        while (Stopwatch.GetTimestamp() < timestamp)
            _ = ClockNanosleep(Monotonic, Absolute, time, 0);
    }

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in Timespec time, nint remaining);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);
}
