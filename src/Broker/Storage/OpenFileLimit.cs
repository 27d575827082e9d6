using System.Runtime.InteropServices;

namespace MedStreams.Broker.Storage;

/// <summary>How many files this process may have open (RLIMIT_NOFILE); .NET raises it as far as the system lets it.</summary>
internal static partial class OpenFileLimit
{
    /// <summary>With less a broker cannot serve connections and keep its logs open.</summary>
    public const int Least = 128;

    private const int NumberOfFiles = 7; // RLIMIT_NOFILE on Linux
    private const int Fallback = 4096;

    /// <summary>The limit now.</summary>
    public static int Current =>
        OperatingSystem.IsLinux() && GetLimit(NumberOfFiles, out var limit) == 0
            ? (int)Math.Min(limit.Soft, int.MaxValue)
            : Fallback;

    /// <summary>How many of them the logs may take: half, the rest is for connections.</summary>
    /// <exception cref="BrokerException">The limit is too small for a broker.</exception>
    public static int ForLogs()
    {
        var limit = Current;
        return limit >= Least
            ? limit / 2
            : throw new BrokerException(
                $"This process may open {limit} files only, a broker needs {Least} and should have thousands. Raise the limit, for example with 'ulimit -n 65536' or systemd's LimitNOFILE.");
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
