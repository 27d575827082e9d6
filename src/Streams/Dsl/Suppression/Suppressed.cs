using System.Collections.Immutable;

namespace MedStreams.Streams;

/// <summary>Which of a table's changes are held back, and for how long.</summary>
public static class Suppressed
{
    /// <summary>Holds changes back for a time after the first of a key, and tells only the last of them.</summary>
    /// <param name="timeToWait">How long, by the times of records; zero or more.</param>
    /// <param name="buffer">How much may be held back.</param>
    /// <exception cref="TopologyException">The time is negative.</exception>
    public static TimeLimitSuppression UntilTimeLimit(TimeSpan timeToWait, BufferConfig buffer)
    {
        WindowRules.Require(timeToWait >= TimeSpan.Zero, $"Changes cannot be held back for {timeToWait}.");
        return new TimeLimitSuppression { TimeToWait = timeToWait, Buffer = buffer };
    }

    /// <summary>Holds a window's results back until it has closed, and tells only the final one; nothing where it is null.</summary>
    /// <param name="buffer">How much may be held back. It must not tell early, since what is told would not be final.</param>
    /// <exception cref="TopologyException">The buffer tells early.</exception>
    public static FinalResultsSuppression UntilWindowCloses(BufferConfig buffer)
    {
        WindowRules.Require(
            buffer.IsUnbounded || buffer.WhenFull == BufferFull.ShutDown,
            "Final results cannot be told early: use BufferConfig.Unbounded or ShutDownWhenFull.");
        return new FinalResultsSuppression { Buffer = buffer };
    }
}

/// <summary>Changes are held back for a time; see <see cref="Suppressed.UntilTimeLimit"/>.</summary>
public sealed record TimeLimitSuppression
{
    internal TimeLimitSuppression()
    {
    }

    /// <summary>How long after the first change of a key.</summary>
    public required TimeSpan TimeToWait { get; init; }

    /// <summary>How much may be held back.</summary>
    public required BufferConfig Buffer { get; init; }

    /// <summary>Names the node, and the buffer <c>NAME-store</c>; null for generated names.</summary>
    public string? Name { get; init; }

    /// <summary>The same under a name.</summary>
    public TimeLimitSuppression WithName(string name) => this with { Name = Named.Validate(name) };
}

/// <summary>Results are held back until their windows close; see <see cref="Suppressed.UntilWindowCloses"/>.</summary>
public sealed record FinalResultsSuppression
{
    internal FinalResultsSuppression()
    {
    }

    /// <summary>How much may be held back.</summary>
    public required BufferConfig Buffer { get; init; }

    /// <summary>Names the node, and the buffer <c>NAME-store</c>; null for generated names.</summary>
    public string? Name { get; init; }

    /// <summary>The same under a name.</summary>
    public FinalResultsSuppression WithName(string name) => this with { Name = Named.Validate(name) };
}

/// <summary>What happens when a buffer is full.</summary>
public enum BufferFull
{
    /// <summary>The oldest changes are told before their time.</summary>
    EmitEarly,

    /// <summary>The task fails.</summary>
    ShutDown,
}

/// <summary>How much a suppression may hold back. The buffer is in memory, with a changelog.</summary>
public sealed record BufferConfig
{
    private BufferConfig()
    {
    }

    /// <summary>The largest number of keys; <see cref="long.MaxValue"/> for no bound.</summary>
    public long MaxRecords { get; private init; } = long.MaxValue;

    /// <summary>The largest number of bytes; <see cref="long.MaxValue"/> for no bound.</summary>
    public long MaxBytes { get; private init; } = long.MaxValue;

    /// <summary>What happens at the bound.</summary>
    public BufferFull WhenFull { get; private init; }

    /// <summary>Whether the buffer has a changelog, without which a restart forgets it; true by default.</summary>
    public bool LoggingEnabled { get; init; } = true;

    /// <summary>Settings of the changelog topic beyond the engine's own.</summary>
    public IReadOnlyDictionary<string, string> LogConfig { get; init; } = ImmutableDictionary<string, string>.Empty;

    internal bool IsUnbounded => MaxRecords == long.MaxValue && MaxBytes == long.MaxValue;

    /// <summary>No bound but the memory's.</summary>
    public static BufferConfig Unbounded() => new() { WhenFull = BufferFull.ShutDown };

    /// <summary>At most so many keys; at the bound the oldest are told early.</summary>
    public static BufferConfig OfMaxRecords(long maxRecords) => new() { MaxRecords = maxRecords };

    /// <summary>At most so many bytes; at the bound the oldest are told early.</summary>
    public static BufferConfig OfMaxBytes(long maxBytes) => new() { MaxBytes = maxBytes };

    /// <summary>The same with a bound on keys.</summary>
    public BufferConfig WithMaxRecords(long maxRecords) => this with { MaxRecords = maxRecords };

    /// <summary>The same with a bound on bytes.</summary>
    public BufferConfig WithMaxBytes(long maxBytes) => this with { MaxBytes = maxBytes };

    /// <summary>The same without a bound but the memory's.</summary>
    public BufferConfig WithNoBound() =>
        this with { MaxRecords = long.MaxValue, MaxBytes = long.MaxValue, WhenFull = BufferFull.ShutDown };

    /// <summary>The same, telling the oldest early at the bound.</summary>
    public BufferConfig EmitEarlyWhenFull() => this with { WhenFull = BufferFull.EmitEarly };

    /// <summary>The same, failing the task at the bound.</summary>
    public BufferConfig ShutDownWhenFull() => this with { WhenFull = BufferFull.ShutDown };
}
