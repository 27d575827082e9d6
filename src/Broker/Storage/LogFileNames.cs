using System.Globalization;

namespace MedStreams.Broker.Storage;

/// <summary>The names of a partition's files: an offset in twenty digits and what the file holds, as in Kafka.</summary>
internal static class LogFileNames
{
    public const string Log = ".log";
    public const string OffsetIndex = ".index";
    public const string TimeIndex = ".timeindex";
    public const string AbortedIndex = ".txnindex";
    public const string Snapshot = ".snapshot";

    private const int Digits = 20;

    /// <summary>The name of a file that begins at, or for a snapshot stands at, an offset.</summary>
    public static string Of(long offset, string kind) =>
        offset.ToString("D" + Digits, CultureInfo.InvariantCulture) + kind;

    /// <summary>The offset in a name of one kind, or -1 when the name is not of that kind.</summary>
    public static long OffsetOf(string name, string kind) =>
        name.Length == Digits + kind.Length
        && name.EndsWith(kind, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : -1;
}
