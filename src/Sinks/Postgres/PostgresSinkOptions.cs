using MedStreams.Streams;

namespace MedStreams.Sinks;

/// <summary>How a <see cref="PostgresSink{TKey,TValue}"/> connects, waits and retries. Immutable.</summary>
public sealed record PostgresSinkOptions
{
    /// <summary>
    /// Npgsql's connection string. Time-outs, pooling resets, automatic preparation and error details are set by the
    /// sink. The sink keeps a temporary table in each session, so a pooler between must pool sessions, not transactions.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>Who claims, as operators see it in <c>medstreams.sink_partition</c>. Default: machine and process id.</summary>
    public string Owner { get; init; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>Time for one connection to be made. Default 5 s; at least 1 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time for one statement, on the server and on this side. Default 15 s; at least 1 s.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time to wait for a row lock, such as that of an earlier owner in its last commit. Default 5 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time after which the server ends a transaction whose client says nothing: it frees the partition of an owner
    /// that hangs. Default 15 s.
    /// </summary>
    public TimeSpan IdleTransactionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// First pause after a failure to reach the server; it doubles with each further one. Default 50 ms. It is shared by all
    /// partitions of the sink, each of which the engine makes wait by itself, too.
    /// </summary>
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause between attempts. Default 250 ms.</summary>
    public TimeSpan RetryBackoffMax { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Most connections that the sink opens; it needs one for each stream thread. Default 20; at least 1.</summary>
    public int MaxConnections { get; init; } = 20;

    /// <summary>
    /// Migrations to apply before the first claim, beside those of the sink itself. Default none.
    /// </summary>
    public IReadOnlyList<PostgresMigration> Migrations { get; init; } = [];

    /// <summary>Whether the sink applies migrations itself. Default true; false where the role may not create tables.</summary>
    public bool ApplyMigrations { get; init; } = true;

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
            throw new StreamsException("PostgresSinkOptions.ConnectionString is empty.");
        AtLeast(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromSeconds(1));
        AtLeast(nameof(StatementTimeout), StatementTimeout, TimeSpan.FromSeconds(1));
        AtLeast(nameof(LockTimeout), LockTimeout, TimeSpan.FromMilliseconds(1));
        AtLeast(nameof(IdleTransactionTimeout), IdleTransactionTimeout, TimeSpan.FromMilliseconds(1));
        AtLeast(nameof(RetryBackoff), RetryBackoff, TimeSpan.FromMilliseconds(1));
        AtLeast(nameof(RetryBackoffMax), RetryBackoffMax, RetryBackoff);
        AtLeast(nameof(MaxConnections), MaxConnections, 1);
    }

    private static void AtLeast<T>(string option, T value, T least)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0)
            throw new StreamsException($"PostgresSinkOptions.{option} is {value}; it must be at least {least}.");
    }
}
