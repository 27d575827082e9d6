using System.Text.RegularExpressions;

namespace MedStreams.RocksDb;

/// <summary>What kind of failure RocksDB reports: the first words of its error text.</summary>
public enum RocksDbErrorKind
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>Files that are damaged, missing or do not fit together: <c>Corruption</c>.</summary>
    Corruption,

    /// <summary>The file system failed: no space, no permission, a lock held by another process: <c>IO error</c>.</summary>
    InputOutput,

    /// <summary>A wrong option or argument: <c>Invalid argument</c>.</summary>
    InvalidArgument,

    /// <summary>The database cannot take writes now: <c>Operation aborted</c>, <c>Shutdown in progress</c>, <c>Resource busy</c>.</summary>
    Unavailable,
}

/// <summary>
/// RocksDB refused or failed. The text is RocksDB's own: it names paths and files; keys that it may quote are blanked,
/// because keys can be personal data.
/// </summary>
public sealed partial class RocksDbException : Exception
{
    /// <summary>An error without a text.</summary>
    public RocksDbException()
    {
    }

    /// <summary>An error with RocksDB's text.</summary>
    public RocksDbException(string message)
        : base(Blank(message)) => Kind = KindOf(message);

    /// <summary>An error with RocksDB's text and its cause.</summary>
    public RocksDbException(string message, Exception? innerException)
        : base(Blank(message), innerException) => Kind = KindOf(message);

    /// <summary>What kind of failure it is.</summary>
    public RocksDbErrorKind Kind { get; }

    private static RocksDbErrorKind KindOf(string message) => message switch
    {
        _ when message.StartsWith("Corruption", StringComparison.Ordinal) => RocksDbErrorKind.Corruption,
        _ when message.StartsWith("IO error", StringComparison.Ordinal) => RocksDbErrorKind.InputOutput,
        _ when message.StartsWith("Invalid argument", StringComparison.Ordinal) => RocksDbErrorKind.InvalidArgument,
        _ when message.StartsWith("Operation aborted", StringComparison.Ordinal)
            || message.StartsWith("Shutdown in progress", StringComparison.Ordinal)
            || message.StartsWith("Resource busy", StringComparison.Ordinal) => RocksDbErrorKind.Unavailable,
        _ => RocksDbErrorKind.Other,
    };

    private static string Blank(string message) => QuotedKey().Replace(message, "'*' seq:");

    // RocksDB writes an internal key as 'KEY' seq:N, type:T.
    [GeneratedRegex("'[^']*' seq:", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuotedKey();
}
