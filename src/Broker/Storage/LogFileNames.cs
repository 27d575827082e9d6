using System.Collections.Immutable;
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

    /// <summary>The end of the names of files that were removed from the log and wait for their deletion.</summary>
    public const string Deleted = ".deleted";

    /// <summary>The end of the names of files that compaction writes, until they take the places of others.</summary>
    public const string Cleaned = ".cleaned";

    /// <summary>What a segment's files hold.</summary>
    public static readonly ImmutableArray<string> SegmentKinds = [Log, OffsetIndex, TimeIndex, AbortedIndex];

    private const int Digits = 20;

    /// <summary>The name of a file that begins at, or for a snapshot stands at, an offset.</summary>
    public static string Of(long offset, string kind) =>
        offset.ToString("D" + Digits, CultureInfo.InvariantCulture) + kind;

    /// <summary>Whether a file was removed from the log and only waits for its deletion.</summary>
    public static bool IsDeleted(string name) => name.EndsWith(Deleted, StringComparison.Ordinal);

    /// <summary>Whether compaction wrote a file that has not taken its place.</summary>
    public static bool IsCleaned(string name) => name.EndsWith(Cleaned, StringComparison.Ordinal);

    /// <summary>The offset in a name of one kind, or -1 when the name is not of that kind.</summary>
    public static long OffsetOf(string name, string kind) =>
        name.Length == Digits + kind.Length
        && name.EndsWith(kind, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : -1;
}
