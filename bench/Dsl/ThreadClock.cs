using System.Runtime.InteropServices;
using Perfolizer.Horology;

namespace MedStreams.Dsl.Bench;

/// <summary>CPU time of the calling thread (Linux's <c>CLOCK_THREAD_CPUTIME_ID</c>): what others do on the machine does not count.</summary>
internal sealed partial class ThreadClock : IClock
{
    private const int ThreadCpuTime = 3;

    private ThreadClock()
    {
    }

    public static ThreadClock Instance { get; } = new();

    public string Title => "CPU time of the thread";

    public bool IsAvailable => OperatingSystem.IsLinux();

    public Frequency Frequency => new(1_000_000_000);

    public long GetTimestamp() => Get(ThreadCpuTime, out var time) == 0
        ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
        : throw new InvalidOperationException($"clock_gettime failed: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int Get(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
